"""Tenants over HTTP: the guide's calls, and what is wrong with others."""

import httpx
import pytest

from tests.fakes.world import World
from tests.unit.test_admin_api.caller import Caller

NEW = {"company_name": "Customer Inc", "subdomain": "customerinc", "admin_email": "admin@customer.com"}


async def test_a_tenant_is_provisioned_and_followed_where_the_answer_says(operator: Caller) -> None:
    answer = await operator.ask("POST", "/tenants", NEW)
    assert answer.status_code == 202
    run = answer.json()
    assert answer.headers["location"] == f"/admin/runs/{run['run_id']}"
    assert (await operator.client.get(answer.headers["location"])).json() == run
    assert run["kind"] == "provision"
    assert run["requested_by"] == "ada (api)"


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "application/json", "text/json"])
async def test_json_is_read_whatever_curl_calls_it(operator: Caller, kind: str) -> None:
    body = '{"company_name": "Customer Inc", "subdomain": "customerinc", "admin_email": "admin@customer.com"}'
    answer = await operator.client.post("/admin/tenants", content=body, headers={"content-type": kind})
    assert answer.status_code == 202


async def test_a_tenant_is_found_by_its_subdomain(operator: Caller) -> None:
    await operator.ask("POST", "/tenants", NEW)
    found = (await operator.ask("GET", "/tenants/customerinc")).json()
    assert (found["subdomain"], found["company_name"]) == ("customerinc", "Customer Inc")
    assert found["run"]["state"] == "queued"
    listed = (await operator.ask("GET", "/tenants")).json()
    assert [one["subdomain"] for one in listed["items"]] == ["customerinc"]


async def test_without_a_token_nothing_is_said_of_what_else_is_wrong(stranger: httpx.AsyncClient) -> None:
    for content in (b"{", b"{}"):
        answer = await stranger.post("/admin/tenants", content=content)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["code"] == "no_token"


async def test_a_wrong_field_is_named_in_the_door_s_own_words(operator: Caller, world: World) -> None:
    answer = await operator.ask("POST", "/tenants", NEW | {"subdomain": "A"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    (error,) = answer.json()["errors"]
    assert error == {
        "field": "subdomain",
        "message": "The subdomain must have 3 to 50 characters; this one has 1.",
    }
    assert world.records.tables.tenants == {}


@pytest.mark.parametrize("path", ["/tenants", "/plans"])
async def test_a_wrong_field_is_named_as_it_was_sent(operator: Caller, path: str) -> None:
    answer = await operator.ask("POST", path, NEW | {"admin_email": "nobody"})
    assert [error["field"] for error in answer.json()["errors"]] == ["admin_email"]
