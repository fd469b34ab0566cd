"""A write with an Idempotency-Key: done once, answered the same, whatever crashes in between and whoever is quicker."""

import asyncio

import pytest

from tests.fakes.fleet import add_tenant
from tests.fakes.wire import COMMIT, Killed
from tests.fakes.world import World
from tests.unit.test_admin_api.caller import Caller, open_caller

KEY = {"idempotency_key": "key-1"}


def runs(world: World) -> int:
    return len(world.records.tables.runs)


@pytest.fixture
async def awake(world: World) -> None:
    await add_tenant(world, "awake")


async def test_the_same_request_again_acts_once_and_is_answered_the_same(
    operator: Caller, world: World, awake: None
) -> None:
    first, second = [await operator.ask("POST", "/tenants/awake/rotate", **KEY) for _ in range(2)]
    assert (second.status_code, second.json()) == (first.status_code, first.json())
    assert second.headers["location"] == first.headers["location"]
    assert second.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert runs(world) == 1


async def test_a_refusal_is_answered_the_same_too(operator: Caller, world: World, awake: None) -> None:
    first = await operator.ask("POST", "/runs/awake/retry", **KEY)
    assert first.status_code == 404
    await operator.ask("POST", "/tenants/awake/verify")
    second = await operator.ask("POST", "/runs/awake/retry", **KEY)
    assert (second.status_code, second.json()) == (404, first.json())
    assert [row["action"] for row in world.records.tables.audit].count("retry") == 1


async def test_another_request_under_the_same_key_is_refused(operator: Caller, awake: None) -> None:
    await operator.ask("PATCH", "/tenants/awake/suspend", {"reason": "invoice not paid"}, **KEY)
    for method, path, body in (
        ("PATCH", "/tenants/awake/suspend", {"reason": "another reason"}),
        ("PATCH", "/tenants/awake/activate", {"reason": "invoice not paid"}),
    ):
        answer = await operator.ask(method, path, body, **KEY)
        assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")


async def test_a_key_is_its_caller_s_alone(operator: Caller, world: World, awake: None) -> None:
    await operator.ask("POST", "/tenants/awake/verify", **KEY)
    async with open_caller(world, name="grace") as other:
        answer = await other.ask("POST", "/tenants/awake/rotate", **KEY)
    assert answer.json()["code"] == "run_open"


async def test_two_at_once_are_one(operator: Caller, world: World, awake: None) -> None:
    answers = await asyncio.gather(*(operator.ask("POST", "/tenants/awake/rotate", **KEY) for _ in range(2)))
    assert answers[0].json() == answers[1].json()
    assert runs(world) == 1


async def test_a_crash_before_the_answer_leaves_nothing_and_the_next_is_the_first(
    operator: Caller, world: World, awake: None
) -> None:
    """The verb's own transaction had ended; the one that holds its answer had not."""

    async def die() -> None:
        raise Killed

    effects = world.wire.calls.count(COMMIT)
    world.wire.once_before("registry.transaction", _nothing)
    world.wire.cut_after(1)
    with pytest.raises(Killed):
        await operator.ask("POST", "/tenants/awake/rotate", **KEY)
    world.wire.reconnect()
    assert world.wire.calls.count(COMMIT) == effects + 1
    assert runs(world) == 0
    assert world.records.tables.kept == {}
    answer = await operator.ask("POST", "/tenants/awake/rotate", **KEY)
    assert answer.status_code == 202
    assert runs(world) == 1


@pytest.mark.parametrize("key", ["", "has space", "ü", "x" * 201])
async def test_what_can_t_be_a_key_is_refused(operator: Caller, awake: None, key: str) -> None:
    headers = {b"idempotency-key": key.encode()}
    answer = await operator.client.post("/admin/tenants/awake/verify", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_key")


async def _nothing() -> None:
    """Let it through."""
