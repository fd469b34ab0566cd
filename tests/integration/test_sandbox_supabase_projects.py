"""The life of a project in the Supabase stand-in, from its making to its deletion."""

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
import pytest

from sandbox.state import State
from sandbox.supabase.databases import database_of, drop_database
from sandbox.supabase.projects import create_project, finish_projects
from tests.integration.supabase_stand_in import (
    DB_PASS,
    connect,
    health_of,
    make,
    open_api,
    own_organization,
    pass_time,
    status_of,
    wanted,
)


@pytest.fixture
async def api(state: State) -> AsyncIterator[httpx.AsyncClient]:
    """The API with projects that are ready at once."""
    async with open_api(state, project_seconds=0) as client:
        yield client


@pytest.fixture
async def slow_api(state: State) -> AsyncIterator[httpx.AsyncClient]:
    """The API with projects that take so long that only `pass_time` makes them ready."""
    async with open_api(state, project_seconds=1000) as client:
        yield client


async def test_answers_a_creation_without_any_secret(api: httpx.AsyncClient) -> None:
    selection = {"type": "smartGroup", "code": "emea"}
    answer = await api.post("/v1/projects", json=await wanted(api, region_selection=selection))
    assert answer.status_code == 201
    assert DB_PASS not in answer.text
    project = answer.json()
    assert set(project) == {
        "id", "ref", "organization_id", "organization_slug", "name", "region", "created_at", "status",
    }  # fmt: skip
    assert (project["status"], project["region"]) == ("COMING_UP", "eu-central-1")
    assert len(project["ref"]) == 20
    assert project["ref"].isalpha()
    assert project["ref"].islower()


async def test_comes_up_in_its_own_time(state: State, slow_api: httpx.AsyncClient) -> None:
    ref = await make(slow_api)
    assert await status_of(slow_api, ref) == "COMING_UP"
    assert (await slow_api.get(f"/v1/projects/{ref}/api-keys?reveal=true")).json() == []
    await pass_time(state, ref, 999)
    assert await status_of(slow_api, ref) == "COMING_UP"
    await pass_time(state, ref, 2)
    assert await status_of(slow_api, ref) == "ACTIVE_HEALTHY"
    assert len((await slow_api.get(f"/v1/projects/{ref}/api-keys")).json()) == 4


async def test_brings_up_the_database_first_and_the_pooler_last(
    state: State, slow_api: httpx.AsyncClient
) -> None:
    ref = await make(slow_api)
    stages = []
    for seconds in (0, 600, 420, 300):
        await pass_time(state, ref, seconds)
        await status_of(slow_api, ref)
        stages.append(await health_of(slow_api, ref, "db,auth,rest,storage,pooler"))
    assert stages == [
        ["COMING_UP", "COMING_UP", "COMING_UP", "COMING_UP", "UNHEALTHY"],
        ["ACTIVE_HEALTHY", "COMING_UP", "COMING_UP", "COMING_UP", "UNHEALTHY"],
        ["ACTIVE_HEALTHY", "ACTIVE_HEALTHY", "ACTIVE_HEALTHY", "ACTIVE_HEALTHY", "UNHEALTHY"],
        ["ACTIVE_HEALTHY", "ACTIVE_HEALTHY", "ACTIVE_HEALTHY", "ACTIVE_HEALTHY", "ACTIVE_HEALTHY"],
    ]


async def test_says_that_the_pooler_has_not_found_a_new_project(slow_api: httpx.AsyncClient) -> None:
    ref = await make(slow_api)
    pooler = (await slow_api.get(f"/v1/projects/{ref}/health?services=pooler")).json()[0]
    assert json.loads(pooler["error"]) == {"error": "not found"}
    assert pooler["healthy"] is False


async def test_asks_which_services_to_look_at(api: httpx.AsyncClient) -> None:
    ref = await make(api)
    assert (await api.get(f"/v1/projects/{ref}/health")).status_code == 400
    assert (await api.get(f"/v1/projects/{ref}/health?services=db,mail")).status_code == 400
    assert (await api.get(f"/v1/projects/{ref}/health?services=db&timeout_ms=10001")).status_code == 400
    assert await health_of(api, ref, "db&services=auth") == ["ACTIVE_HEALTHY", "ACTIVE_HEALTHY"]


async def test_finds_projects_by_name_status_and_page(state: State, slow_api: httpx.AsyncClient) -> None:
    refs = {name: await make(slow_api, name=name) for name in ("t-bravo", "t-alpha", "other_1", "otherx1")}
    await pass_time(state, refs["t-alpha"], 2000)
    path = f"/v1/organizations/{await own_organization(slow_api)}/projects"

    async def names(query: str) -> list[str]:
        return [project["name"] for project in (await slow_api.get(f"{path}?{query}")).json()["projects"]]

    assert await names("search=T-") == ["t-alpha", "t-bravo"]
    assert await names("search=other_") == ["other_1"]
    assert await names("statuses=ACTIVE_HEALTHY") == ["t-alpha"]
    assert await names("sort=created_desc&limit=2&offset=1") == ["other_1", "t-alpha"]
    page = (await slow_api.get(f"{path}?search=t-&limit=1")).json()
    assert page["pagination"] == {"count": 2, "limit": 1, "offset": 0}
    for query in ("limit=0", "limit=101", "limit=x", "offset=-1", "sort=age"):
        assert (await slow_api.get(f"{path}?{query}")).status_code == 400
    everywhere = {project["ref"] for project in (await slow_api.get("/v1/projects")).json()}
    assert set(refs.values()) <= everywhere


async def test_renames_a_project(api: httpx.AsyncClient) -> None:
    ref = await make(api)
    assert (await api.patch(f"/v1/projects/{ref}", json={"name": ""})).status_code == 400
    answer = await api.patch(f"/v1/projects/{ref}", json={"name": "t-acme-2"})
    assert (answer.status_code, answer.json()["name"]) == (200, "t-acme-2")
    assert (await api.get(f"/v1/projects/{ref}")).json()["name"] == "t-acme-2"


@pytest.mark.parametrize(("ref", "status"), [("a" * 20, 404), ("A" * 20, 400), ("short", 400)])
async def test_does_not_know_a_ref_that_was_never_given(
    api: httpx.AsyncClient, ref: str, status: int
) -> None:
    for path in ("", "/api-keys", "/config/database/pooler", "/health?services=db"):
        assert (await api.get(f"/v1/projects/{ref}{path}")).status_code == status
    assert (await api.delete(f"/v1/projects/{ref}")).status_code == status


async def test_deletes_a_project_with_its_database_and_only_once(
    state: State, api: httpx.AsyncClient
) -> None:
    ref = await make(api)
    connection = await connect(state, api, ref)
    await connection.execute("create database scratch_" + ref)
    answer = await api.delete(f"/v1/projects/{ref}")
    assert answer.status_code == 200
    assert answer.json()["ref"] == ref
    assert isinstance(answer.json()["id"], int)
    assert (
        await state.pool.fetchval("select count(*) from pg_database where datname like '%' || $1", ref) == 0
    )
    assert await state.pool.fetchval("select count(*) from pg_roles where rolname like '%' || $1", ref) == 0
    assert (await api.get(f"/v1/projects/{ref}")).status_code == 404
    assert (await api.delete(f"/v1/projects/{ref}")).status_code == 404
    connection.terminate()


async def test_lets_one_of_two_deletions_at_once_win(api: httpx.AsyncClient) -> None:
    ref = await make(api)
    answers = await asyncio.gather(*(api.delete(f"/v1/projects/{ref}") for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [200, 404]


async def test_lingers_as_going_down_before_it_is_gone(state: State, slow_api: httpx.AsyncClient) -> None:
    ref = await make(slow_api)
    assert (await slow_api.delete(f"/v1/projects/{ref}")).status_code == 200
    assert await status_of(slow_api, ref) == "GOING_DOWN"
    assert (await slow_api.get(f"/v1/projects/{ref}/api-keys")).status_code == 404
    assert (await slow_api.delete(f"/v1/projects/{ref}")).status_code == 404
    await pass_time(state, ref, 1000)
    assert (await slow_api.get(f"/v1/projects/{ref}")).status_code == 404
    assert ref not in (await slow_api.get("/v1/projects")).text


async def test_makes_five_projects_at_once(state: State, api: httpx.AsyncClient) -> None:
    body = await wanted(api)
    answers = await asyncio.gather(*(api.post("/v1/projects", json=body) for _ in range(5)))
    refs = {answer.json()["ref"] for answer in answers}
    assert len(refs) == 5
    for ref in refs:
        connection = await connect(state, api, ref)
        assert await connection.fetchval("select current_database()") == f"p_{ref}"
        await connection.close()


async def test_makes_a_project_for_another_stand_in(state: State, api: httpx.AsyncClient) -> None:
    ref = await create_project(
        state, name="harbour", organization=await own_organization(api), region="eu-west-1",
        password=DB_PASS, ready_seconds=0,
    )  # fmt: skip
    assert await status_of(api, ref) == "ACTIVE_HEALTHY"


async def test_goes_on_with_a_project_whose_making_was_cut_off(state: State, api: httpx.AsyncClient) -> None:
    ref = await make(api)
    async with state.pool.acquire() as connection:
        await drop_database(connection, database_of(ref))
        await connection.execute("update supabase_projects set ready_at = null where ref = $1", ref)
    assert await status_of(api, ref) != "ACTIVE_HEALTHY"
    await finish_projects(state, ready_seconds=0)
    assert await status_of(api, ref) == "ACTIVE_HEALTHY"
    await (await connect(state, api, ref)).close()
