"""The admin API of the platform: tenants are registered, changed, suspended and deleted by it."""

import secrets
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from sandbox.state import State
from tests.integration.taskifai_stand_in import (
    DOMAIN,
    Platform,
    Project,
    new_subdomain,
    new_tenant,
    open_platform,
)

GUIDE = "/admin/tenants"
PLATFORM = "/api/admin/tenants/"


@pytest.fixture(scope="module")
async def platform(state: State) -> AsyncIterator[Platform]:
    async with open_platform(state) as platform:
        yield platform


@pytest.fixture
async def admin(platform: Platform) -> AsyncIterator[httpx.AsyncClient]:
    yield platform.admin
    await platform.faults.clear()
    await platform.state.pool.execute(
        "update taskifai_tenants set deleted_at = now() where subdomain like 't-%'"
    )


@pytest.fixture
def project() -> Project:
    """A project that is not there: the registry does not look."""
    keys = [secrets.token_hex(8) for _ in range(3)]
    return Project("a" * 20, "nowhere", *keys)


def nested(project: Project, **change: Any) -> dict[str, Any]:
    """A new tenant as the platform's own code has it."""
    flat = new_tenant(project, **change)
    keys = {"anon_key": flat.pop("database_anon_key"), "service_key": flat.pop("database_service_key")}
    return {**flat, "database_credentials": keys, **change}


@pytest.mark.parametrize("path", [GUIDE, f"{GUIDE}/"])
async def test_registers_a_tenant_as_the_guide_has_it(
    platform: Platform, admin: httpx.AsyncClient, project: Project, path: str
) -> None:
    body = new_tenant(project)
    answer = await admin.post(path, json=body)
    assert answer.status_code == 201
    tenant = answer.json()
    assert tenant.keys() == {
        "tenant_id", "subdomain", "database_url", "is_active", "created_at", "access_url"
    }  # fmt: skip
    assert (tenant["subdomain"], tenant["database_url"]) == (body["subdomain"], project.url)
    assert tenant["is_active"] is True
    assert tenant["access_url"] == f"https://{body['subdomain']}.{DOMAIN}:{platform.port}"


async def test_does_without_the_admins_name(admin: httpx.AsyncClient, project: Project) -> None:
    body = new_tenant(project)
    del body["admin_name"]
    assert (await admin.post(GUIDE, json=body)).status_code == 201


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"subdomain": "ab"}, "subdomain"),
        ({"subdomain": "a" * 51}, "subdomain"),
        ({"subdomain": "-acme"}, "subdomain"),
        ({"subdomain": "acme-"}, "subdomain"),
        ({"subdomain": "Acme"}, "subdomain"),
        ({"subdomain": "acme.eu"}, "subdomain"),
        ({"subdomain": "admin"}, "subdomain"),
        ({"company_name": ""}, "company_name"),
        ({"database_url": "postgres://db"}, "database_url"),
        ({"database_service_key": ""}, "database_service_key"),
        ({"database_anon_key": None}, "database_anon_key"),
        ({"admin_email": "nobody"}, "admin_email"),
        ({"plan": "pro"}, "plan"),
    ],
)
async def test_refuses_a_tenant_that_does_not_fit(
    admin: httpx.AsyncClient, project: Project, change: dict[str, Any], field: str
) -> None:
    body = new_tenant(project, **change)
    answer = await admin.post(GUIDE, json=body)
    assert answer.status_code == 422
    assert [fault["loc"] for fault in answer.json()["detail"]] == [["body", field]]
    assert project.service_key not in answer.text


async def test_refuses_a_taken_subdomain(admin: httpx.AsyncClient, project: Project) -> None:
    body = new_tenant(project)
    assert (await admin.post(GUIDE, json=body)).status_code == 201
    answer = await admin.post(GUIDE, json=body)
    assert answer.status_code == 409
    assert body["subdomain"] in answer.json()["detail"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"authorization": ""}, 401),
        ({"authorization": "Basic eA=="}, 401),
        ({"authorization": "Bearer wrong"}, 403),
        ({"host": f"acme.{DOMAIN}"}, 404),
        ({"host": f"api.{DOMAIN}"}, 200),
    ],
)
async def test_answers_to_its_own_token_and_name_only(
    admin: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    for path in (GUIDE, PLATFORM):
        assert (await admin.get(path, headers=headers)).status_code == status


async def test_shows_tenants_without_their_keys(admin: httpx.AsyncClient, project: Project) -> None:
    body = new_tenant(project)
    tenant = (await admin.post(GUIDE, json=body)).json()
    one = await admin.get(f"{GUIDE}/{tenant['tenant_id']}")
    assert one.json() == {**tenant, "company_name": body["company_name"], "suspended_at": None}
    listed = await admin.get(GUIDE, params={"limit": 100})
    assert one.json() in listed.json()["tenants"]
    for answer in (one, listed):
        assert project.anon_key not in answer.text
        assert project.service_key not in answer.text


async def test_lists_page_by_page(admin: httpx.AsyncClient, project: Project) -> None:
    for _ in range(3):
        await admin.post(GUIDE, json=new_tenant(project))
    whole = (await admin.get(GUIDE, params={"limit": 100})).json()
    assert whole["total"] == len(whole["tenants"]) >= 3
    pages = [
        (await admin.get(GUIDE, params={"limit": 1, "offset": offset})).json()["tenants"]
        for offset in range(whole["total"] + 1)
    ]
    assert pages == [[tenant] for tenant in whole["tenants"]] + [[]]


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 101}, {"offset": -1}, {"active_only": "perhaps"}])
async def test_refuses_a_page_that_is_none(admin: httpx.AsyncClient, query: dict[str, Any]) -> None:
    assert (await admin.get(GUIDE, params=query)).status_code == 422


async def test_suspends_and_activates(admin: httpx.AsyncClient, project: Project) -> None:
    tenant = (await admin.post(GUIDE, json=new_tenant(project))).json()
    one = f"{GUIDE}/{tenant['tenant_id']}"
    suspended = (await admin.patch(f"{one}/suspend")).json()
    assert suspended["is_active"] is False
    assert suspended["suspended_at"] is not None
    assert (await admin.patch(f"{one}/suspend")).json() == suspended
    active = (await admin.get(GUIDE, params={"active_only": True, "limit": 100})).json()["tenants"]
    assert tenant["tenant_id"] not in {other["tenant_id"] for other in active}
    activated = (await admin.patch(f"{one}/activate")).json()
    assert (activated["is_active"], activated["suspended_at"]) == (True, None)


async def test_changes_what_is_given(admin: httpx.AsyncClient, project: Project) -> None:
    tenant = (await admin.post(GUIDE, json=new_tenant(project))).json()
    one = f"{GUIDE}/{tenant['tenant_id']}"
    changed = await admin.patch(one, json={"company_name": "Other Inc", "is_active": False})
    assert changed.status_code == 200
    assert changed.json()["company_name"] == "Other Inc"
    assert changed.json()["is_active"] is False
    assert changed.json()["database_url"] == project.url
    assert (await admin.patch(one, json={})).status_code == 400
    assert (await admin.patch(one, json={"subdomain": "other"})).status_code == 422


async def test_deletes_a_tenant_and_sets_its_subdomain_free(
    admin: httpx.AsyncClient, project: Project
) -> None:
    body = new_tenant(project)
    first = (await admin.post(GUIDE, json=body)).json()
    one = f"{GUIDE}/{first['tenant_id']}"
    assert (await admin.delete(one)).status_code == 204
    for answer in (await admin.get(one), await admin.delete(one), await admin.patch(f"{one}/suspend")):
        assert (answer.status_code, answer.json()) == (404, {"detail": "Tenant not found"})
    second = (await admin.post(GUIDE, json=body)).json()
    assert second["tenant_id"] != first["tenant_id"]


async def test_registers_a_tenant_as_the_platforms_code_has_it(
    platform: Platform, admin: httpx.AsyncClient, project: Project
) -> None:
    body = nested(project)
    answer = await admin.post(PLATFORM, json=body)
    assert answer.status_code == 201
    tenant = answer.json()
    assert tenant.keys() == {
        "tenant_id", "subdomain", "company_name", "database_url", "is_active", "created_at", "updated_at"
    }  # fmt: skip
    assert tenant["updated_at"] is None
    assert (await admin.get(f"{PLATFORM}{tenant['tenant_id']}")).json() == tenant
    stored = await platform.state.pool.fetchrow(
        "select database_anon_key, database_service_key from taskifai_tenants where tenant_id = $1::text::uuid",
        tenant["tenant_id"],
    )
    assert stored is not None
    assert tuple(stored) == (project.anon_key, project.service_key)


async def test_each_shape_refuses_the_other(admin: httpx.AsyncClient, project: Project) -> None:
    assert (await admin.post(GUIDE, json=nested(project))).status_code == 422
    assert (await admin.post(PLATFORM, json=new_tenant(project))).status_code == 422


async def test_the_platforms_code_calls_a_taken_subdomain_a_bad_request(
    admin: httpx.AsyncClient, project: Project
) -> None:
    body = nested(project)
    await admin.post(PLATFORM, json=body)
    assert (await admin.post(PLATFORM, json=body)).status_code == 400


async def test_the_platforms_code_switches_off_and_deletes_nothing(
    admin: httpx.AsyncClient, project: Project
) -> None:
    tenant = (await admin.post(PLATFORM, json=nested(project))).json()
    one = f"{PLATFORM}{tenant['tenant_id']}"
    assert (await admin.delete(one)).status_code == 405
    assert (await admin.patch(f"{one}/suspend")).status_code == 404
    assert (await admin.patch(one, json={"is_active": False})).json()["is_active"] is False
    assert (await admin.get(PLATFORM.rstrip("/"))).status_code == 307


async def test_the_platforms_code_overlooks_credentials_that_come_alone(
    platform: Platform, admin: httpx.AsyncClient, project: Project
) -> None:
    tenant = (await admin.post(PLATFORM, json=nested(project))).json()
    one = f"{PLATFORM}{tenant['tenant_id']}"
    keys = {"anon_key": "new-anon", "service_key": "new-service"}
    answer = await admin.patch(one, json={"database_credentials": keys})
    assert (answer.status_code, answer.json()) == (400, {"detail": "No fields to update"})
    changed = await admin.patch(one, json={"company_name": "Other Inc", "database_credentials": keys})
    assert changed.status_code == 200
    stored = await platform.state.pool.fetchval(
        "select database_service_key from taskifai_tenants where tenant_id = $1::text::uuid",
        tenant["tenant_id"],
    )
    assert stored == "new-service"


async def test_loses_the_answer_of_a_registration_but_not_the_tenant(
    platform: Platform, admin: httpx.AsyncClient, project: Project
) -> None:
    body = new_tenant(project, subdomain=new_subdomain())
    await platform.faults.add("platform", GUIDE, "5xx-after-commit", 1, 0)
    assert (await admin.post(GUIDE, json=body)).status_code == 504
    assert (await admin.post(GUIDE, json=body)).status_code == 409
