"""SupabaseProjects and every reply that the stand-in never gives."""

import json
import os
import secrets
import ssl
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import trustme
from starlette.responses import HTMLResponse

from provisioning.adapters.http import new_client
from provisioning.adapters.supabase import SupabaseProjects
from provisioning.adapters.supabase_access import session_address
from provisioning.adapters.supabase_replies import KeyReply, PoolerReply
from provisioning.domain.project import DatabaseAddress, ProjectRef
from provisioning.domain.secret import new_password
from provisioning.errors import Permanent, TenantbotError, Transient, Unclear
from sandbox.serve import serve
from tests.integration.scripted_service import DROPPED, Answer, ManualClock, ScriptedService, json_answer

CONTRACTS = Path(os.environ.get("CONTRACTS_DIR", Path(__file__).parents[3] / "shared" / "contracts"))
CONTRACT = CONTRACTS / "supabase" / "supabase_mgmt_v1_openapi_trimmed.json"

REF = ProjectRef("abcdefghijklmnopqrst")
TOKEN = secrets.token_hex(20)
SLUG = "acme-org"
ORGANIZATION = f"/v1/organizations/{SLUG}"
LIST = f"{ORGANIZATION}/projects"
PROJECT = f"/v1/projects/{REF}"
KEYS = f"{PROJECT}/api-keys"
POOLER = f"{PROJECT}/config/database/pooler"
PASSWORD = new_password(32)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def projects(
    running: tuple[ScriptedService, str], service: ScriptedService, clock: ManualClock
) -> AsyncIterator[SupabaseProjects]:
    del service
    async with new_client(base_url=running[1], headers={"authorization": f"Bearer {TOKEN}"}) as client:
        yield SupabaseProjects(client, organization=SLUG, clock=clock)


async def failure(call: Awaitable[Any]) -> TenantbotError:
    with pytest.raises(TenantbotError) as caught:
        await call
    return caught.value


def project(**changed: Any) -> dict[str, Any]:
    """A project as create and get show it."""
    fields = {"id": REF, "ref": REF, "organization_id": SLUG, "organization_slug": SLUG, "name": "Acme"}
    return {**fields, "region": "eu-west-1", "created_at": "2026-01-01", "status": "COMING_UP", **changed}


def listed(ref: str, name: str, **changed: Any) -> dict[str, Any]:
    fields = {"ref": ref, "name": name, "cloud_provider": "AWS", "region": "eu-west-1", "is_branch": False}
    return {
        **fields,
        "status": "ACTIVE_HEALTHY",
        "inserted_at": "2026-01-01T10:00:00Z",
        "databases": [],
        **changed,
    }


def page(projects: list[dict[str, Any]], count: int | None = None) -> Answer:
    pagination = {"count": len(projects) if count is None else count, "limit": 100, "offset": 0}
    return json_answer({"projects": projects, "pagination": pagination})


def pooler(**changed: Any) -> dict[str, Any]:
    fields = {"identifier": REF, "database_type": "PRIMARY", "is_using_scram_auth": True, "db_port": 6543}
    where = {
        "db_user": f"postgres.{REF}",
        "db_host": "aws-1-eu-west-1.pooler.supabase.com",
        "db_name": "postgres",
    }
    return {**fields, **where, "pool_mode": "transaction", **changed}


async def test_creating_sends_todays_fields_once(
    projects: SupabaseProjects, service: ScriptedService
) -> None:
    service.on("POST", "/v1/projects", json_answer(project(), 201))
    assert await projects.create("Acme", password=PASSWORD, region="apac") == REF
    (asked,) = service.asked
    assert json.loads(asked.body) == {
        "name": "Acme",
        "organization_slug": SLUG,
        "db_pass": PASSWORD.reveal(),
        "region_selection": {"type": "smartGroup", "code": "apac"},
    }
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"


async def test_a_created_project_whose_answer_cannot_be_read_is_unclear(
    projects: SupabaseProjects, service: ScriptedService
) -> None:
    for answer in (HTMLResponse("<title>hello</title>"), json_answer({}, 201), DROPPED):
        service.on("POST", "/v1/projects", answer)
        assert type(await failure(projects.create("Acme", password=PASSWORD, region="apac"))) is Unclear
    assert len(service.asked) == 3


@pytest.mark.parametrize(
    ("status", "body", "code", "words"),
    [
        (400, {"message": "name: Invalid input"}, "refused_by_supabase", "name: Invalid input"),
        (402, {"message": "unpaid"}, "payment_required", "billing page. It says: unpaid"),
        (
            403,
            {"message": "members have reached their maximum limits: x (2 project limit)."},
            "quota",
            "limits: x",
        ),
        (400, {"message": "(2 project limit)"}, "quota", "2 project limit"),
        (403, {"message": "Forbidden"}, "token", "organization_projects_create"),
        (403, {"message": "no", "missing_permissions": ["a_write", 4]}, "token", "permission a_write;"),
        (404, {"message": "Organization not found"}, "refused_by_supabase", "Organization not found"),
        (409, {}, "refused_by_supabase", "HTTP 409.*no reason given"),
        (540, {"message": "Project paused"}, "paused", "restore it"),
    ],
)
async def test_a_refusal_says_what_to_change(
    projects: SupabaseProjects, service: ScriptedService, status: int, body: Any, code: str, words: str
) -> None:
    service.on("POST", "/v1/projects", json_answer(body, status))
    service.on("GET", "/v1/organizations", json_answer([{"id": "1", "slug": SLUG, "name": "Acme"}]))
    with pytest.raises(Permanent, match=words) as caught:
        await projects.create("Acme", password=PASSWORD, region="eu-west-1")
    assert caught.value.code == code
    assert [asked.method for asked in service.asked].count("POST") == 1


@pytest.mark.parametrize("status", [400, 500])
async def test_a_password_that_is_sent_back_is_not_quoted(
    projects: SupabaseProjects, service: ScriptedService, status: int
) -> None:
    message = f"db_pass {PASSWORD.reveal()} of {TOKEN} is weak"
    service.on("POST", "/v1/projects", json_answer({"message": message}, status))
    fault = await failure(projects.create("Acme", password=PASSWORD, region="eu-west-1"))
    assert "db_pass … of … is weak" in fault.message


async def test_an_organization_is_unknown_also_when_the_token_may_not_list_any(
    projects: SupabaseProjects, service: ScriptedService
) -> None:
    service.on("GET", ORGANIZATION, json_answer({"message": "Not found"}, 404))
    service.on("GET", "/v1/organizations", json_answer({"missing_permissions": ["organizations_read"]}, 403))
    fault = await failure(projects.organization())
    assert fault.code == "unknown_organization"
    assert "may not list organizations" in fault.message


async def test_a_forbidden_organization_that_is_not_listed_is_unknown(
    projects: SupabaseProjects, service: ScriptedService
) -> None:
    service.on("GET", ORGANIZATION, json_answer({"message": "Forbidden"}, 403))
    service.on("GET", "/v1/organizations", json_answer([]), json_answer({}, 403))
    assert (await failure(projects.organization())).code == "unknown_organization"
    assert "organization_admin_read" in (await failure(projects.organization())).message


async def test_finds_over_all_pages_the_exact_name_oldest_first(
    projects: SupabaseProjects, service: ScriptedService
) -> None:
    name = "TaskifAI - Acme (n0nce)"
    first = [listed(f"other{number}", f"{name} {number}") for number in range(100)]
    second = [
        listed("newer", name, inserted_at="2026-01-01T10:00:00.5Z"),
        listed("older", name, inserted_at="2026-01-01T10:00:00"),
        listed("branch", name, is_branch=True),
        listed("leaving", name, status="GOING_DOWN"),
        listed("gone", name, status="REMOVED"),
        listed(
            "strange", name, status="TELEPORTING", inserted_at="2026-01-02T00:00:00+00:00", new_field={"x": 1}
        ),
    ]
    service.on("GET", LIST, page(first, 106), page(second, 106))
    found = await projects.find_by_name(name)
    assert [each.ref for each in found] == ["older", "newer", "strange"]
    assert found[-1].status == "TELEPORTING"
    assert [asked.params["offset"] for asked in service.asked] == ["0", "100"]
    assert {(asked.params["search"], asked.params["sort"]) for asked in service.asked} == {
        ("TaskifAI", "created_asc")
    }


async def test_ends_a_list_that_promises_more_than_it_has(
    projects: SupabaseProjects, service: ScriptedService
) -> None:
    service.on("GET", LIST, page([listed("a", "x-1")], 9), page([], 9))
    assert [each.ref for each in await projects.find_named_like("X-")] == ["a"]


async def test_a_name_without_a_plain_word_is_searched_in_all(
    projects: SupabaseProjects, service: ScriptedService
) -> None:
    service.on("GET", LIST, page([listed("a", "…"), listed("b", "!")]))
    assert [each.ref for each in await projects.find_by_name("…")] == ["a"]
    assert "search" not in service.asked[0].params


async def test_an_unknown_status_and_an_unknown_health_do_not_stop_us(
    projects: SupabaseProjects, service: ScriptedService
) -> None:
    service.on("GET", PROJECT, json_answer(project(status="TELEPORTING", surprise=[1])))
    found = await projects.status(REF)
    assert found is not None
    assert found.status == "TELEPORTING"
    service.on("GET", f"{PROJECT}/health", json_answer([{"name": "quantum", "status": "BOTH", "error": "?"}]))
    (service_health,) = await projects.health(REF)
    assert (service_health.name, service_health.status, service_health.error) == ("quantum", "BOTH", "?")
    assert service.asked[-1].params == {"services": "auth,db,db_postgres_user,pooler,rest,storage"}


def key(kind: str | None, name: str, value: str | None) -> dict[str, Any]:
    return {"type": kind, "name": name, "api_key": value}


PUBLISHABLE = key("publishable", "default", "sb_publishable_1")
SECRET = key("secret", "default", "sb_secret_1")
ANON, SERVICE_ROLE = key("legacy", "anon", "eyJ.anon.sig"), key("legacy", "service_role", "eyJ.service.sig")


@pytest.mark.parametrize(
    ("replies", "anon", "secret", "legacy"),
    [
        ([ANON, SERVICE_ROLE, SECRET, PUBLISHABLE], "sb_publishable_1", "sb_secret_1", False),
        (
            [
                key("secret", "mobile", "sb_secret_2"),
                SECRET,
                key("secret", "zoo", "sb_secret_3"),
                PUBLISHABLE,
            ],
            "sb_publishable_1",
            "sb_secret_1",
            False,
        ),
        ([ANON, SERVICE_ROLE, PUBLISHABLE], "eyJ.anon.sig", "eyJ.service.sig", True),
        ([key(None, "anon", "eyJ.a.b"), key(None, "service_role", "eyJ.c.d")], "eyJ.a.b", "eyJ.c.d", True),
    ],
)
async def test_chooses_keys_by_type(
    projects: SupabaseProjects,
    service: ScriptedService,
    replies: Any,
    anon: str,
    secret: str,
    *,
    legacy: bool,
) -> None:
    service.on("GET", KEYS, json_answer(replies))
    keys = await projects.keys(REF)
    assert (keys.anon.reveal(), keys.service.reveal(), keys.legacy) == (anon, secret, legacy)
    assert service.asked[0].params == {"reveal": "true"}


@pytest.mark.parametrize(
    "replies",
    [
        [],
        [PUBLISHABLE],
        [ANON],
        [PUBLISHABLE, key("secret", "default", None)],
        [PUBLISHABLE, key("secret", "default", "")],
        [PUBLISHABLE, key("secret", "default", "sb_secret_abcde··········")],
        [PUBLISHABLE, key("secret", "default", "sb_secret_abcde**********"), ANON, SERVICE_ROLE],
    ],
)
async def test_keys_that_are_missing_or_masked_are_waited_for(
    projects: SupabaseProjects, service: ScriptedService, replies: Any
) -> None:
    service.on("GET", KEYS, json_answer(replies))
    fault = await failure(projects.keys(REF))
    assert type(fault) is Transient
    assert fault.code == "no_keys"


async def test_parts_that_do_not_know_a_new_project_yet_are_waited_for(projects: SupabaseProjects) -> None:
    for ask in (projects.keys, projects.health, projects.address):
        assert type(await failure(ask(REF))) is Transient


async def test_the_session_pooler_is_behind_the_primary_on_5432(
    projects: SupabaseProjects, service: ScriptedService
) -> None:
    replica = pooler(database_type="READ_REPLICA", db_host="aws-0-us-east-1.pooler.supabase.com")
    service.on("GET", POOLER, json_answer([replica, pooler()]))
    expected = DatabaseAddress("aws-1-eu-west-1.pooler.supabase.com", 5432, f"postgres.{REF}", "postgres")
    assert await projects.address(REF) == expected
    service.on("GET", POOLER, json_answer([pooler(), pooler(pool_mode="session", db_port=5999)]))
    assert (await projects.address(REF)).port == 5999
    service.on("GET", POOLER, json_answer([replica]))
    assert type(await failure(projects.address(REF))) is Transient


async def test_the_address_of_another_project_is_refused(
    projects: SupabaseProjects, service: ScriptedService
) -> None:
    for user in ("postgres", "postgres.other", f"postgres{REF}"):
        service.on("GET", POOLER, json_answer([pooler(db_user=user)]))
        fault = await failure(projects.address(REF))
        assert type(fault) is Permanent
        assert fault.code == "untrusted_address"


@pytest.mark.parametrize("host", ["pooler.evil.test", "supabase.com.evil.test", "evilsupabase.com"])
def test_a_host_outside_supabase_is_refused_when_guarded(host: str) -> None:
    replies = [PoolerReply(**pooler(db_host=host))]
    with pytest.raises(Permanent, match=r"outside supabase\.com and supabase\.co"):
        session_address(replies, REF, guarded=True)
    assert session_address(replies, REF, guarded=False).host == host


async def test_the_guard_is_up_whenever_the_api_is_encrypted(tmp_path: Path) -> None:
    authority, service, pem = trustme.CA(), ScriptedService(), tmp_path / "server.pem"
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(pem)
    context = ssl.create_default_context()
    authority.configure_trust(context)
    service.on("GET", POOLER, json_answer([pooler(db_host="127.0.0.1")]), json_answer([pooler()]))
    server = await serve(service, certificate=pem, key=pem)
    async with new_client(base_url=server.url, verify=context) as client:
        projects = SupabaseProjects(client, organization=SLUG, clock=ManualClock())
        assert (await failure(projects.address(REF))).code == "untrusted_address"
        assert (await projects.address(REF)).host.endswith(".supabase.com")
    await server.stop()


async def test_deleting_what_is_gone_succeeds_and_a_refusal_does_not(
    projects: SupabaseProjects, service: ScriptedService
) -> None:
    await projects.delete(REF)
    service.on("DELETE", PROJECT, json_answer({"message": "locked"}, 400))
    assert "locked" in (await failure(projects.delete(REF))).message
    service.on("DELETE", PROJECT, json_answer({"message": "no"}, 403))
    assert "project_admin_write" in (await failure(projects.delete(REF))).message


async def test_a_reply_of_another_shape_is_permanent_and_not_quoted(
    projects: SupabaseProjects, service: ScriptedService
) -> None:
    service.on("GET", KEYS, json_answer([{"api_key": "sb_secret_1", "name": ["sb_secret_2"]}]))
    fault = await failure(projects.keys(REF))
    assert type(fault) is Permanent
    assert fault.code == "unexpected_answer"
    assert fault.__cause__ is None
    assert "0.name" in fault.message
    assert "sb_secret" not in fault.message


async def test_a_page_instead_of_a_reply_is_transient(
    projects: SupabaseProjects, service: ScriptedService
) -> None:
    service.on("GET", PROJECT, HTMLResponse("<title>Sign in to the hotel's network</title>"))
    assert type(await failure(projects.status(REF))) is Transient


async def test_waits_when_a_scope_has_no_calls_left(
    projects: SupabaseProjects, service: ScriptedService, clock: ManualClock
) -> None:
    used_up = json_answer(project(), x_ratelimit_remaining="0", x_ratelimit_reset="12")
    service.on("GET", PROJECT, used_up, json_answer(project()))
    service.on("GET", LIST, page([]))
    await projects.status(REF)
    await projects.find_by_name("Acme")
    assert clock.slept == []
    await projects.status(REF)
    assert clock.slept == [12]


async def test_a_call_refused_for_its_rate_holds_its_scope_back(
    projects: SupabaseProjects, service: ScriptedService, clock: ManualClock
) -> None:
    service.on("GET", PROJECT, json_answer({}, 429, retry_after="300"), json_answer(project()))
    for _ in range(2):
        fault = await failure(projects.status(REF))
        assert isinstance(fault, Transient)
        assert fault.retry_after == 300
    assert len(service.asked) == 1
    assert clock.slept == []


async def test_every_request_is_as_the_contract_has_it(
    projects: SupabaseProjects, service: ScriptedService
) -> None:
    if not CONTRACT.exists():
        pytest.skip(f"{CONTRACT} is absent; set CONTRACTS_DIR to compare with the contract.")
    contract = json.loads(CONTRACT.read_text(encoding="utf-8"))
    service.on("POST", "/v1/projects", json_answer(project(), 201))
    service.on("GET", LIST, page([listed(REF, "Acme")]))
    service.on("GET", PROJECT, json_answer(project()))
    service.on("GET", ORGANIZATION, json_answer({"name": "Acme", "plan": "pro"}))
    await projects.create("Acme", password=PASSWORD, region="eu-west-1")
    await projects.check_token()
    await projects.find_by_name("Acme")
    await projects.delete(REF)
    for ask in (projects.regions(), projects.health(REF), projects.keys(REF), projects.address(REF)):
        await failure(ask)
    for asked in service.asked:
        path = asked.path.replace(REF, "{ref}").replace(SLUG, "{slug}")
        operation = contract["paths"][path][asked.method.lower()]
        known = {each["name"] for each in operation.get("parameters", []) if each["in"] == "query"}
        assert set(asked.params) <= known
        if asked.body:
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            jsonschema.validate(json.loads(asked.body), {**schema, "components": contract["components"]})


def test_a_key_is_not_in_the_text_of_its_reply() -> None:
    reply = KeyReply(**SECRET)
    assert "sb_secret" not in f"{reply} {reply!r}"
