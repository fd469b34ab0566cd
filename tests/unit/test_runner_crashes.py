"""The process ends anywhere, another one enters the same leg: it finishes, and there is one of everything."""

from collections.abc import Callable

import pytest

from provisioning.domain.run import RunId, RunState
from provisioning.errors import Permanent
from tests.fakes.evidence import GONE, WHOLE, Evidence, evidence
from tests.fakes.worker import FakeWorker
from tests.fakes.world import OPERATOR, World, world_with

ONE_OF_EACH_RECORD = Evidence(**{**vars(WHOLE), "dns_records": 1})


@pytest.mark.parametrize("step", range(1, 9))
async def test_killed_before_a_step_acts_it_finishes_once(
    world: World, worker: FakeWorker, step: int
) -> None:
    run_id = await worker.request()
    worker.checkpoints_of(run_id).dies_before = f"step {step}"

    assert await worker.is_killed_in(run_id)

    assert await worker.enter(run_id) == "succeeded"
    assert evidence(world) == WHOLE


@pytest.mark.parametrize("step", range(1, 9))
async def test_killed_when_a_step_has_acted_it_finishes_once(
    world: World, worker: FakeWorker, step: int
) -> None:
    run_id = await worker.request()
    worker.checkpoints_of(run_id).dies_after = f"step {step}"

    assert await worker.is_killed_in(run_id)

    assert await worker.enter(run_id) == "succeeded"
    assert evidence(world) == WHOLE


@pytest.mark.parametrize("checkpoint", ["begin", "end"])
async def test_killed_at_either_end_of_a_leg_it_finishes_once(
    world: World, worker: FakeWorker, checkpoint: str
) -> None:
    run_id = await worker.request()
    worker.checkpoints_of(run_id).dies_after = checkpoint

    assert await worker.is_killed_in(run_id)

    assert await worker.enter(run_id) in {"succeeded", "moved on"}
    assert worker.run(run_id).state is RunState.SUCCEEDED
    assert evidence(world) == WHOLE


async def test_killed_in_every_step_of_one_run_it_finishes_once(world: World, worker: FakeWorker) -> None:
    run_id = await worker.request()
    for step in range(1, 9):
        worker.checkpoints_of(run_id).dies_before = f"step {step}"
        assert await worker.is_killed_in(run_id)

    assert await worker.enter(run_id) == "succeeded"
    assert evidence(world) == WHOLE


def through_the_wildcard() -> World:
    return World()


def by_a_record_and_sql() -> World:
    world = world_with(admin_user_via="sql")
    world.dns.wildcard = None
    return world


@pytest.mark.parametrize(
    ("make_world", "whole"),
    [(through_the_wildcard, WHOLE), (by_a_record_and_sql, ONE_OF_EACH_RECORD)],
)
async def test_killed_after_any_effect_it_finishes_once(
    make_world: Callable[[], World], whole: Evidence
) -> None:
    problems = {}
    effects = await _effects_of_a_run(make_world())
    for number, name in enumerate(effects, start=1):
        worker = FakeWorker(make_world())
        run_id = await worker.request()
        worker.world.wire.cut_after(number)
        await worker.is_killed_in(run_id)
        await worker.enter(run_id)
        if problem := _problem(worker, run_id, whole):
            problems[f"killed after {number}, {name}"] = problem
    assert problems == {}


async def test_an_answer_lost_anywhere_before_the_verification_changes_nothing() -> None:
    problems = {}
    effects = await _effects_of_a_run(by_a_record_and_sql())
    for number, name in enumerate(effects[: effects.index("app.frontend")], start=1):
        worker = FakeWorker(by_a_record_and_sql())
        run_id = await worker.request()
        worker.world.wire.lose_answer(number)
        await worker.enter(run_id)
        if problem := _problem(worker, run_id, ONE_OF_EACH_RECORD):
            problems[f"lost the answer to {number}, {name}"] = problem
    assert problems == {}


async def test_killed_after_any_effect_of_a_roll_back_nothing_is_left() -> None:
    problems = {}
    effects = await _effects_of_a_roll_back()
    for number, name in enumerate(effects, start=1):
        worker, run_id = await _stopped_at_the_email()
        await worker.world.control.runs.rollback(OPERATOR, run_id)
        worker.world.wire.cut_after(number)
        await worker.is_killed_in(run_id, leg=2)
        await worker.enter(run_id, leg=2)
        state = worker.run(run_id).state
        if state is not RunState.ROLLED_BACK or evidence(worker.world) != GONE:
            problems[f"killed after {number}, {name}"] = f"{state}, {evidence(worker.world)}"
    assert problems == {}


async def _effects_of_a_run(world: World) -> list[str]:
    worker = FakeWorker(world)
    run_id = await worker.request()
    before = len(world.wire.calls)
    assert (await worker.finish(run_id)).state is RunState.SUCCEEDED
    return world.wire.calls[before:]


async def _effects_of_a_roll_back() -> list[str]:
    worker, run_id = await _stopped_at_the_email()
    await worker.world.control.runs.rollback(OPERATOR, run_id)
    before = len(worker.world.wire.calls)
    assert (await worker.finish(run_id)).state is RunState.ROLLED_BACK
    return worker.world.wire.calls[before:]


async def _stopped_at_the_email() -> tuple[FakeWorker, RunId]:
    worker = FakeWorker(by_a_record_and_sql())
    worker.world.wire.fail("mailer.send", Permanent("The mail server refused the login."))
    run = await worker.provision()
    assert run.state is RunState.WAITING
    return worker, run.run_id


def _problem(worker: FakeWorker, run_id: RunId, whole: Evidence) -> str | None:
    run, found = worker.run(run_id), evidence(worker.world)
    if run.state is RunState.SUCCEEDED and found == whole:
        return None
    return f"{run.state}: {run.error.message if run.error else found}"
