"""The application at a tenant's own URL: its names, its people, and who is kept out."""

import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import bcrypt
import httpx
import jwt
import pytest

from sandbox.state import State
from sandbox.taskifai.app import ensure_second_tenant
from tests.integration.taskifai_stand_in import (
    EMAIL,
    PASSWORD,
    Platform,
    Project,
    new_subdomain,
    open_platform,
    registration,
    send_file,
)

BATCHES = "/api/uploads/batches"


@pytest.fixture(scope="module")
async def platform(state: State) -> AsyncIterator[Platform]:
    async with open_platform(state) as platform:
        yield platform


@pytest.fixture(scope="module")
async def project(platform: Platform) -> Project:
    return await platform.make_project()


@pytest.fixture(scope="module")
async def acme(platform: Platform, project: Project) -> dict[str, Any]:
    return await platform.register_tenant(project, company_name="Acme & <Sons>")


@pytest.fixture(scope="module")
async def token(platform: Platform, acme: dict[str, Any]) -> str:
    return await platform.sign_up(acme["subdomain"])


@pytest.fixture
async def visitor(platform: Platform, acme: dict[str, Any]) -> AsyncIterator[httpx.AsyncClient]:
    async with platform.visit(acme["subdomain"]) as client:
        yield client
    await platform.faults.clear()


@pytest.fixture
async def member(platform: Platform, acme: dict[str, Any], token: str) -> AsyncIterator[httpx.AsyncClient]:
    async with platform.visit(acme["subdomain"], token) as client:
        yield client
    await platform.faults.clear()


def claims_of(platform: Platform, answer: httpx.Response) -> dict[str, Any]:
    found: dict[str, Any] = jwt.decode(answer.json()["access_token"], platform.secret, algorithms=["HS256"])
    return found


async def test_the_front_end_is_a_page_that_names_the_company(visitor: httpx.AsyncClient) -> None:
    answer = await visitor.get("/")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "Acme &amp; &lt;Sons&gt;" in answer.text


async def test_health_names_the_tenant(visitor: httpx.AsyncClient, acme: dict[str, Any]) -> None:
    answer = await visitor.get("/api/health")
    assert answer.json() == {"status": "healthy", "tenant_id": acme["tenant_id"]}


@pytest.mark.parametrize("path", ["/", "/api/health", BATCHES, "/nowhere"])
async def test_every_answer_names_the_tenant_in_its_header(
    visitor: httpx.AsyncClient, acme: dict[str, Any], path: str
) -> None:
    assert (await visitor.get(path)).headers["X-Tenant-ID"] == acme["tenant_id"]


async def test_knows_no_other_names(platform: Platform) -> None:
    async with platform.visit(new_subdomain()) as stranger:
        answer = await stranger.get("/")
        assert (answer.status_code, answer.json()) == (404, {"detail": "Tenant not found"})
        elsewhere = await stranger.get("/", headers={"host": "acme.example.com"})
        assert elsewhere.status_code == 404


async def test_registers_a_user_in_the_tenants_own_database(
    platform: Platform, project: Project, acme: dict[str, Any], visitor: httpx.AsyncClient
) -> None:
    answer = await visitor.post("/api/auth/register", json=registration(email="Grace@Customer.com"))
    assert answer.status_code == 201
    user = answer.json()["user"]
    assert (user["email"], user["full_name"], user["role"]) == ("grace@customer.com", "Ada Admin", "admin")
    assert answer.json()["token_type"] == "bearer"
    assert claims_of(platform, answer)["tenant_id"] == acme["tenant_id"]
    async with platform.inside(project) as database:
        hashed = await database.fetchval("select hashed_password from users where email = $1", user["email"])
    assert hashed.startswith("$2b$12$")


async def test_registers_nobody_twice(visitor: httpx.AsyncClient, token: str) -> None:
    answer = await visitor.post("/api/auth/register", json=registration())
    assert (answer.status_code, answer.json()) == (400, {"detail": "Email already registered"})


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"password": "short"}, "password"),
        ({"password": "x" * 101}, "password"),
        ({"email": "nobody"}, "email"),
        ({"email": "ada@customer.test"}, "email"),
        ({"full_name": ""}, "full_name"),
        ({"role": "owner"}, "role"),
    ],
)
async def test_refuses_a_registration_that_does_not_fit(
    visitor: httpx.AsyncClient, change: dict[str, str], field: str
) -> None:
    answer = await visitor.post("/api/auth/register", json=registration(**change))
    assert answer.status_code == 422
    assert [fault["loc"] for fault in answer.json()["detail"]] == [["body", field]]


async def test_refuses_what_is_no_json(visitor: httpx.AsyncClient) -> None:
    assert (await visitor.post("/api/auth/login", content=b"email=a")).status_code == 422


async def test_logs_in_with_the_tenant_in_the_token(
    platform: Platform, acme: dict[str, Any], visitor: httpx.AsyncClient, token: str
) -> None:
    answer = await visitor.post("/api/auth/login", json={"email": EMAIL.title(), "password": PASSWORD})
    assert answer.status_code == 200
    claims = claims_of(platform, answer)
    assert claims.keys() == {"sub", "email", "role", "tenant_id", "subdomain", "iat", "exp"}
    assert (claims["tenant_id"], claims["subdomain"]) == (acme["tenant_id"], acme["subdomain"])
    assert claims["sub"] == answer.json()["user"]["user_id"]
    assert claims["exp"] - claims["iat"] == timedelta(days=1).total_seconds()


async def test_logs_in_whom_someone_else_has_written_into_the_table(
    platform: Platform, project: Project, visitor: httpx.AsyncClient
) -> None:
    email, password = f"{secrets.token_hex(4)}@customer.com", secrets.token_hex(50)
    hashed = bcrypt.hashpw(password.encode()[:72], bcrypt.gensalt(4)).decode()
    async with platform.inside(project) as database:
        await add_user(database, email, hashed)
    answer = await visitor.post("/api/auth/login", json={"email": email, "password": password})
    assert answer.status_code == 200
    assert answer.json()["user"]["role"] == "analyst"


async def test_fails_over_a_hash_that_is_not_bcrypt(
    platform: Platform, project: Project, visitor: httpx.AsyncClient
) -> None:
    email = f"{secrets.token_hex(4)}@customer.com"
    async with platform.inside(project) as database:
        await add_user(database, email, "$argon2id$fake")
    answer = await visitor.post("/api/auth/login", json={"email": email, "password": PASSWORD})
    assert answer.status_code == 500


async def add_user(database: asyncpg.Connection, email: str, hashed: str) -> None:
    await database.execute(
        "insert into users (email, hashed_password, full_name) values ($1, $2, 'Ada')", email, hashed
    )


@pytest.mark.parametrize(
    ("email", "password"), [(EMAIL, "wrong"), ("nobody@customer.com", PASSWORD)], ids=["password", "person"]
)
async def test_refuses_a_wrong_login(
    visitor: httpx.AsyncClient, token: str, email: str, password: str
) -> None:
    answer = await visitor.post("/api/auth/login", json={"email": email, "password": password})
    assert (answer.status_code, answer.json()) == (401, {"detail": "Incorrect email or password"})


@pytest.mark.parametrize(
    "header", [{}, {"authorization": "Bearer nonsense"}, {"authorization": "Basic eA=="}]
)
async def test_refuses_to_list_without_a_good_token(
    visitor: httpx.AsyncClient, header: dict[str, str]
) -> None:
    assert (await visitor.get(BATCHES, headers=header)).status_code == 401


async def test_refuses_a_token_that_has_expired_or_was_signed_elsewhere(
    platform: Platform, member: httpx.AsyncClient, token: str
) -> None:
    claims = jwt.decode(token, platform.secret, algorithms=["HS256"])
    late = {**claims, "exp": datetime.now(UTC) - timedelta(minutes=1)}
    for forged in (
        jwt.encode(late, platform.secret, algorithm="HS256"),
        jwt.encode(claims, secrets.token_hex(32), algorithm="HS256"),
    ):
        answer = await member.get(BATCHES, headers={"authorization": f"Bearer {forged}"})
        assert answer.status_code == 401


async def test_refuses_a_user_who_is_gone(platform: Platform, project: Project, acme: dict[str, Any]) -> None:
    email = f"{secrets.token_hex(4)}@customer.com"
    token = await platform.sign_up(acme["subdomain"], email)
    async with platform.inside(project) as database:
        await database.execute("delete from users where email = $1", email)
    async with platform.visit(acme["subdomain"], token) as visitor:
        assert (await visitor.get(BATCHES)).status_code == 401


async def test_keeps_tenants_apart(platform: Platform, member: httpx.AsyncClient, token: str) -> None:
    await ensure_second_tenant(platform.state)
    assert (await member.get(BATCHES)).status_code == 200
    async with platform.visit("harbour", token) as intruder:
        answer = await intruder.get(BATCHES)
        assert answer.status_code == 403
        assert answer.json() == {"detail": "Token tenant mismatch - possible cross-tenant attack"}
        assert (await send_file(intruder)).status_code == 403


async def test_leaks_between_tenants_when_told_to(
    platform: Platform, member: httpx.AsyncClient, token: str
) -> None:
    await ensure_second_tenant(platform.state)
    await platform.faults.add("taskifai", "lasting", "cross-tenant-leak", None, 0)
    async with platform.visit("harbour", token) as intruder:
        assert (await intruder.get(BATCHES)).status_code == 200


async def test_a_suspended_tenant_is_refused_everywhere_and_at_once(
    platform: Platform, project: Project
) -> None:
    tenant = await platform.register_tenant(project)
    token = await platform.sign_up(tenant["subdomain"], f"{secrets.token_hex(4)}@customer.com")
    at = f"/admin/tenants/{tenant['tenant_id']}"
    async with platform.visit(tenant["subdomain"], token) as visitor:
        assert (await visitor.get(BATCHES)).status_code == 200
        await platform.admin.patch(f"{at}/suspend")
        for path in ("/", "/api/health", BATCHES):
            answer = await visitor.get(path)
            assert answer.status_code == 403
            assert answer.json() == {"detail": f"Tenant '{tenant['subdomain']}' is suspended"}
        login = await visitor.post("/api/auth/login", json={"email": EMAIL, "password": PASSWORD})
        assert login.status_code == 403
        await platform.admin.patch(f"{at}/activate")
        assert (await visitor.get(BATCHES)).status_code == 200


async def test_can_lack_the_registration_route(platform: Platform, visitor: httpx.AsyncClient) -> None:
    await platform.faults.add("taskifai", "lasting", "register-missing", None, 0)
    answer = await visitor.post("/api/auth/register", json=registration())
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not Found"})


async def test_can_name_the_tenant_in_the_header_only(
    platform: Platform, visitor: httpx.AsyncClient, acme: dict[str, Any]
) -> None:
    await platform.faults.add("taskifai", "lasting", "no-tenant-id-in-health", None, 0)
    answer = await visitor.get("/api/health")
    assert answer.json() == {"status": "healthy"}
    assert answer.headers["X-Tenant-ID"] == acme["tenant_id"]


async def test_obeys_the_faults_of_every_http_service(platform: Platform, visitor: httpx.AsyncClient) -> None:
    await platform.faults.add("taskifai", "/api/health", "html", 1, 0)
    assert [(await visitor.get("/api/health")).status_code for _ in range(2)] == [503, 200]


async def test_a_lasting_fault_is_used_up_by_no_request(
    platform: Platform, visitor: httpx.AsyncClient
) -> None:
    await platform.faults.add("taskifai", "", "no-tenant-id-in-health", 1, 0)
    answers = [await visitor.get("/api/health") for _ in range(2)]
    assert [answer.json() for answer in answers] == [{"status": "healthy"}] * 2
