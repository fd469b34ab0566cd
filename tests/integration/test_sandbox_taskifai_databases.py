"""How the application finds a tenant's database, and the tenant that is always there."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from sandbox.state import State
from sandbox.taskifai.app import ensure_second_tenant
from tests.integration.taskifai_stand_in import EMAIL, PASSWORD, Platform, Project, open_platform


@pytest.fixture(scope="module")
async def platform(state: State) -> AsyncIterator[Platform]:
    async with open_platform(state) as platform:
        yield platform


@pytest.fixture(scope="module")
async def project(platform: Platform) -> Project:
    return await platform.make_project()


async def log_in(platform: Platform, tenant: dict[str, Any]) -> httpx.Response:
    async with platform.visit(tenant["subdomain"]) as visitor:
        return await visitor.post("/api/auth/login", json={"email": EMAIL, "password": PASSWORD})


@pytest.mark.parametrize("key", ["anon_key", "secret_key", "service_key"])
async def test_opens_a_database_only_with_a_secret_key_of_its_project(
    platform: Platform, project: Project, key: str
) -> None:
    tenant = await platform.register_tenant(project, database_service_key=getattr(project, key))
    answer = await log_in(platform, tenant)
    if key == "anon_key":
        assert (answer.status_code, answer.json()) == (503, {"detail": "tenant database refused the key"})
    else:
        assert answer.status_code == 401


async def test_takes_no_old_key_once_those_are_switched_off(platform: Platform, project: Project) -> None:
    tenant = await platform.register_tenant(project)
    switch = "update supabase_projects set legacy_keys_enabled = $2 where ref = $1"
    await platform.state.pool.execute(switch, project.ref, False)
    answer = await log_in(platform, tenant)
    await platform.state.pool.execute(switch, project.ref, True)
    assert (answer.status_code, answer.json()) == (503, {"detail": "tenant database refused the key"})


@pytest.mark.parametrize("url", ["https://aaaaaaaaaaaaaaaaaaaa.supabase.co", "https://db.example.com"])
async def test_answers_503_without_a_database(platform: Platform, project: Project, url: str) -> None:
    tenant = await platform.register_tenant(project, database_url=url)
    answer = await log_in(platform, tenant)
    assert (answer.status_code, answer.json()) == (503, {"detail": "tenant database not found"})


async def test_answers_500_without_the_schema(platform: Platform) -> None:
    project = await platform.make_project()
    async with platform.inside(project) as database:
        await database.execute("drop table users cascade")
    assert (await log_in(platform, await platform.register_tenant(project))).status_code == 500


async def test_answers_503_when_the_database_was_dropped(platform: Platform) -> None:
    project = await platform.make_project()
    tenant = await platform.register_tenant(project)
    assert (await log_in(platform, tenant)).status_code == 401
    await platform.state.pool.execute(f'drop database "{project.database}"')
    answer = await log_in(platform, tenant)
    assert (answer.status_code, answer.json()) == (503, {"detail": "tenant database does not answer"})


async def test_the_second_tenant_is_made_once(platform: Platform, state: State) -> None:
    await ensure_second_tenant(state)
    async with platform.visit("harbour") as visitor:
        before = await visitor.get("/")
        await ensure_second_tenant(state)
        after = await visitor.get("/")
    assert "Harbour &amp; Daughters" in before.text
    assert before.headers["X-Tenant-ID"] == after.headers["X-Tenant-ID"]


async def test_the_second_tenant_comes_back_when_it_was_deleted(platform: Platform, state: State) -> None:
    await ensure_second_tenant(state)
    await state.pool.execute("update taskifai_tenants set deleted_at = now() where subdomain = 'harbour'")
    await ensure_second_tenant(state)
    async with platform.visit("harbour") as visitor:
        assert (await visitor.get("/")).status_code == 200
        answer = await visitor.post("/api/auth/login", json={"email": EMAIL, "password": PASSWORD})
        assert answer.status_code == 401


async def test_the_second_tenant_comes_back_when_a_crash_left_its_project_half_made(
    platform: Platform, state: State
) -> None:
    await ensure_second_tenant(state)
    await state.pool.execute("update taskifai_tenants set deleted_at = now() where subdomain = 'harbour'")
    name = await state.pool.fetchval(
        "update supabase_projects set ready_at = null"
        " where organization_slug = 'harbour' and deleted_at is null returning database_name"
    )
    await state.pool.execute(f'drop database "{name}"')
    await ensure_second_tenant(state)
    async with platform.visit("harbour") as visitor:
        answer = await visitor.post("/api/auth/login", json={"email": EMAIL, "password": PASSWORD})
    assert answer.status_code == 401


async def test_reaches_only_what_the_schema_grants_to_the_service_role(platform: Platform) -> None:
    project = await platform.make_project()
    async with platform.inside(project) as database:
        await database.execute("revoke all on users from service_role")
    answer = await log_in(platform, await platform.register_tenant(project))
    assert (answer.status_code, answer.json()) == (
        500,
        {"detail": "Database error: permission denied for table users"},
    )
