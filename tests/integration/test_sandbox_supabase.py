"""The Supabase stand-in at its door: who may ask, how often, and what a new project may say."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from sandbox.state import State
from tests.integration.supabase_stand_in import (
    make,
    open_api,
    own_organization,
    wanted,
)


@pytest.fixture
async def api(state: State) -> AsyncIterator[httpx.AsyncClient]:
    """The API with projects that are ready at once."""
    async with open_api(state, project_seconds=0) as client:
        yield client


async def refusal(api: httpx.AsyncClient, **more: object) -> tuple[int, str]:
    answer = await api.post("/v1/projects", json=await wanted(api, **more))
    return answer.status_code, answer.json()["message"]


# Who may ask, and how often


@pytest.mark.parametrize("authorization", ["", "Bearer wrong", "Basic abc", "Bearer"])
async def test_refuses_a_missing_or_wrong_token(api: httpx.AsyncClient, authorization: str) -> None:
    answer = await api.get("/v1/projects", headers={"authorization": authorization})
    assert (answer.status_code, answer.json()) == (401, {"message": "Unauthorized"})


async def test_refuses_an_expired_token(state: State, api: httpx.AsyncClient) -> None:
    await state.pool.execute(
        "insert into supabase_tokens (token, expires_at) values ('expired', now() - interval '1 s')"
        " on conflict do nothing"
    )
    answer = await api.get("/v1/projects", headers={"authorization": "Bearer expired"})
    assert answer.status_code == 401


async def test_names_the_permission_that_a_scoped_token_lacks(state: State, api: httpx.AsyncClient) -> None:
    await state.pool.execute(
        "insert into supabase_tokens (token, permissions) values ('reader', '{projects_read}')"
        " on conflict do nothing"
    )
    reader = {"authorization": "Bearer reader"}
    assert (await api.get("/v1/projects", headers=reader)).status_code == 200
    answer = await api.post("/v1/projects", headers=reader, json=await wanted(api))
    assert answer.status_code == 403
    assert answer.json()["missing_permissions"] == ["organization_projects_create"]


async def test_says_cannot_for_an_unknown_path_or_method(api: httpx.AsyncClient) -> None:
    answer = await api.get("/v1/regions")
    assert (answer.status_code, answer.json()) == (404, {"message": "Cannot GET /v1/regions"})
    answer = await api.put("/v1/projects")
    assert (answer.status_code, answer.json()) == (404, {"message": "Cannot PUT /v1/projects"})


async def test_limits_requests_per_project_and_says_when_to_come_back(
    state: State, api: httpx.AsyncClient
) -> None:
    ref = await make(api)
    await state.pool.execute("update supabase_settings set rate_limit = 2")
    try:
        path = f"/v1/projects/{ref}/pgsodium"
        answers = [await api.get(path) for _ in range(3)]
        elsewhere = await api.get(f"/v1/organizations/{await _slug_of(state, ref)}")
    finally:
        await state.pool.execute("update supabase_settings set rate_limit = default")
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer.headers["x-ratelimit-remaining"] for answer in answers] == ["1", "0", "0"]
    assert answers[0].headers["x-ratelimit-limit"] == "2"
    assert answers[2].json() == {"message": "ThrottlerException: Too Many Requests"}
    assert 1 <= int(answers[2].headers["retry-after"]) <= 60
    assert answers[2].headers["retry-after"] == answers[2].headers["x-ratelimit-reset"]
    assert elsewhere.status_code == 200


async def _slug_of(state: State, ref: str) -> str:
    slug: str = await state.pool.fetchval(
        "select organization_slug from supabase_projects where ref = $1", ref
    )
    return slug


async def test_opens_a_new_window_when_the_old_one_has_ended(state: State, api: httpx.AsyncClient) -> None:
    await state.pool.execute("update supabase_settings set rate_limit = 1")
    try:
        answers = [await api.get("/v1/profile"), await api.get("/v1/profile")]
        await state.pool.execute("update supabase_requests set window_ends = now()")
        answers.append(await api.get("/v1/profile"))
    finally:
        await state.pool.execute("update supabase_settings set rate_limit = default")
    assert [answer.status_code for answer in answers] == [200, 429, 200]


# What a new project may say


async def test_refuses_an_unknown_field(api: httpx.AsyncClient) -> None:
    assert await refusal(api, colour="red") == (400, "colour: Unrecognized key")


@pytest.mark.parametrize(
    ("field", "value", "instead"),
    [
        ("organization_id", "x", "organization_slug"),
        ("region", "eu-west-1", "region_selection"),
        ("plan", "pro", "organization"),
        ("kps_enabled", True, "leave it out"),
    ],
)
async def test_names_a_deprecated_field_and_what_to_use(
    api: httpx.AsyncClient, field: str, value: object, instead: str
) -> None:
    status, message = await refusal(api, **{field: value})
    assert status == 400
    assert message.startswith(f"{field}: deprecated")
    assert instead in message


@pytest.mark.parametrize("field", ["name", "organization_slug", "db_pass"])
async def test_asks_for_a_required_field(api: httpx.AsyncClient, field: str) -> None:
    body = await wanted(api)
    del body[field]
    answer = await api.post("/v1/projects", json=body)
    assert answer.status_code == 400
    assert answer.json() == {"message": f"{field}: Invalid input: expected string, received undefined"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "n" * 257),
        ("name", 5),
        ("organization_slug", "no such/slug"),
        ("region_selection", "eu-west-1"),
        ("region_selection", {"type": "specific"}),
        ("region_selection", {"type": "specific", "code": "emea"}),
        ("region_selection", {"type": "smartGroup", "code": "eu-west-1"}),
        ("desired_instance_size", "huge"),
        ("template_url", "no url"),
    ],
)
async def test_refuses_a_malformed_value_by_name(api: httpx.AsyncClient, field: str, value: object) -> None:
    status, message = await refusal(api, **{field: value})
    assert status == 400
    assert message.startswith(field)


@pytest.mark.parametrize("content", [b"{", b"[]", b'"text"'])
async def test_refuses_a_body_that_is_no_object(api: httpx.AsyncClient, content: bytes) -> None:
    answer = await api.post("/v1/projects", content=content, headers={"content-type": "application/json"})
    assert answer.status_code == 400


async def test_refuses_an_organization_that_does_not_exist(api: httpx.AsyncClient) -> None:
    assert await refusal(api, organization_slug="nobodys") == (404, "Organization not found")


async def test_refuses_the_smallest_size_on_a_paid_plan(api: httpx.AsyncClient) -> None:
    status, message = await refusal(api, desired_instance_size="nano")
    assert (status, message) == (400, "Minimum instance size on paid plans is Micro")


async def test_refuses_more_projects_than_the_organization_may_have(
    state: State, api: httpx.AsyncClient
) -> None:
    await state.pool.execute("update supabase_settings set project_limit = 2")
    try:
        outcomes = await asyncio.gather(*(refusal_or_ref(api) for _ in range(3)))
    finally:
        await state.pool.execute("update supabase_settings set project_limit = default")
    refused = [outcome for outcome in outcomes if outcome[0] == 403]
    assert len(refused) == 1
    assert "2 project limit" in refused[0][1]


async def refusal_or_ref(api: httpx.AsyncClient) -> tuple[int, str]:
    answer = await api.post("/v1/projects", json=await wanted(api))
    return answer.status_code, answer.json().get("message", "")


async def test_holds_the_free_organization_to_two_projects(state: State, api: httpx.AsyncClient) -> None:
    refs = [await make(api, organization_slug="sandbox-free") for _ in range(2)]
    status, message = await refusal(api, organization_slug="sandbox-free")
    assert status == 403
    assert message.startswith("The following organization members have reached their maximum limits")
    for ref in refs:
        assert (await api.delete(f"/v1/projects/{ref}")).status_code == 200


async def test_refuses_regions_without_an_organization(api: httpx.AsyncClient) -> None:
    assert (await api.get("/v1/projects/available-regions")).status_code == 400
    slug = await own_organization(api)
    answer = await api.get("/v1/projects/available-regions", params={"organization_slug": slug})
    assert "eu-west-1" in [region["code"] for region in answer.json()["all"]["specific"]]
