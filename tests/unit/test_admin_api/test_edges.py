"""What is no good request is answered as a problem, and what is too much is turned away."""

from collections.abc import AsyncIterator

import httpx
import pytest

from provisioning.errors import Transient
from tests.fakes.fleet import add_tenant
from tests.fakes.wire import TRANSACTION
from tests.fakes.world import World
from tests.unit.test_admin_api.caller import Caller, open_caller

PROBLEM = "application/problem+json"


async def test_an_unknown_address_and_method_are_problems(operator: Caller) -> None:
    unknown = await operator.client.get("/nothing/here")
    assert (unknown.status_code, unknown.headers["content-type"]) == (404, PROBLEM)
    wrong = await operator.ask("PUT", "/tenants")
    assert (wrong.status_code, wrong.headers["content-type"]) == (405, PROBLEM)
    assert wrong.headers["allow"] == "GET, POST"


@pytest.mark.parametrize(
    ("content", "status"), [(b"{", 422), (b"[]", 422), (b"", 422), (b"\xff", 400), (b'{"a": 1}', 422)]
)
async def test_a_wrong_body_is_a_problem(operator: Caller, content: bytes, status: int) -> None:
    answer = await operator.client.post("/admin/tenants", content=content)
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)


async def test_a_body_without_end_is_read_only_so_far(operator: Caller) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 65_536
            yield b" " * 65_536

    answer = await operator.client.post("/admin/tenants", content=endless())
    assert answer.status_code == 413
    assert read < 1_000_000
    large = await operator.client.post("/admin/tenants", content=b" " * 300_000)
    assert large.status_code == 413


async def test_another_type_than_json_is_refused(operator: Caller) -> None:
    headers = {"content-type": "application/xml"}
    answer = await operator.client.post("/admin/tenants", content=b"<a/>", headers=headers)
    assert answer.status_code == 415


async def test_a_sane_request_id_is_kept_and_another_is_made_anew(operator: Caller) -> None:
    kept = await operator.ask("GET", "/tenants", x_request_id="deploy-2026.11")
    assert kept.headers["x-request-id"] == "deploy-2026.11"
    made = await operator.ask("GET", "/tenants", x_request_id="a b\tc")
    assert made.headers["x-request-id"] not in {"", "a b\tc"}


async def test_a_misspelled_filter_is_not_passed_over(operator: Caller) -> None:
    assert (await operator.ask("GET", "/tenants?stat=verified")).status_code == 422
    assert (await operator.ask("GET", "/tenants?state=verified&state=suspended")).status_code == 200


async def test_who_comes_too_often_is_told_when_to_come_again(world: World) -> None:
    async with (
        open_caller(world, a_minute=2) as caller,
        open_caller(world, a_minute=2, name="grace") as other,
    ):
        answers = [await caller.ask("GET", "/tenants") for _ in range(3)]
        assert [one.status_code for one in answers] == [200, 200, 429]
        assert answers[2].headers["retry-after"] == "30"
        assert (await other.ask("GET", "/tenants")).status_code == 200
        await world.clock.sleep(30)
        assert (await caller.ask("GET", "/tenants")).status_code == 200


async def test_a_database_that_is_away_is_said_without_a_traceback(operator: Caller, world: World) -> None:
    world.wire.fail(
        TRANSACTION, Transient("The registry's database does not answer.", code="database_unreachable")
    )
    answer = await operator.ask("GET", "/tenants")
    assert (answer.status_code, answer.json()["code"]) == (503, "database_unreachable")
    assert answer.headers["retry-after"]


async def test_a_defect_is_a_problem_without_its_traceback(operator: Caller, world: World) -> None:
    world.wire.fail(TRANSACTION, ZeroDivisionError("secret words"))
    answer = await operator.ask("GET", "/tenants")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "secret words" not in answer.text


async def test_pages_follow_each_other_though_lines_come_meanwhile(operator: Caller, world: World) -> None:
    for name in ("alpha", "bravo", "charlie"):
        await add_tenant(world, name)
        await world.clock.sleep(1)
    first = (await operator.ask("GET", "/tenants?limit=2")).json()
    await add_tenant(world, "delta")
    second = (await operator.ask("GET", f"/tenants?limit=2&cursor={first['next']}")).json()
    names = [one["subdomain"] for page in (first, second) for one in page["items"]]
    assert names == ["charlie", "bravo", "alpha"]
    assert second["next"] is None


async def test_a_tenant_is_found_by_its_id_and_no_secret_is_shown(operator: Caller, world: World) -> None:
    await add_tenant(world, "alpha")
    tenant_id = (await operator.ask("GET", "/tenants/alpha")).json()["tenant_id"]
    found = await operator.ask("GET", f"/tenants/{tenant_id}")
    assert found.json()["subdomain"] == "alpha"
    assert not {"password", "key", "sealed"} & {word for name in found.json() for word in name.split("_")}


async def test_progress_is_told_as_it_happens_until_nothing_moves(operator: Caller, world: World) -> None:
    await add_tenant(world, "alpha")
    run = (await operator.ask("POST", "/tenants/alpha/verify")).json()
    await operator.ask("POST", f"/runs/{run['run_id']}/cancel")
    told = await operator.ask("GET", f"/runs/{run['run_id']}/events")
    assert told.headers["content-type"].startswith("text/event-stream")
    events = [part.splitlines() for part in told.text.strip().split("\n\n")]
    assert [lines[0].partition(":")[0] for lines in events] == ["id", "id", "event"]
    assert '"state": "cancelled"' in events[-1][1]
    newest = events[-2][0].removeprefix("id: ")
    again = await operator.ask("GET", f"/runs/{run['run_id']}/events", last_event_id=newest)
    assert again.status_code == 204


async def test_a_stranger_s_address_is_limited_as_well(world: World) -> None:
    async with (
        open_caller(world, a_minute=1) as caller,
        httpx.AsyncClient(transport=caller.transport, base_url="http://api") as stranger,
    ):
        answers = [await stranger.get("/admin/tenants") for _ in range(2)]
    assert [one.status_code for one in answers] == [401, 429]
