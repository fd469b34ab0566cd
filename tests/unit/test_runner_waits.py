"""A run that waits for somebody outside: it says for what, looks again by itself, and goes on or gives up."""

from datetime import timedelta

import pytest

from provisioning.domain.run import Run, RunId, RunState
from provisioning.engine.names import leg_id
from provisioning.errors import Refused
from tests.fakes.dns import TARGET
from tests.fakes.evidence import GONE, evidence
from tests.fakes.worker import FakeWorker
from tests.fakes.world import DOMAIN, OPERATOR, SUBDOMAIN, World

HOST = f"{SUBDOMAIN}.{DOMAIN}"


@pytest.fixture
def world() -> World:
    """A world where DNS records are added by hand, and this one is missing."""
    world = World()
    world.dns.wildcard, world.zone.provider = None, "none"
    return world


async def test_a_missing_record_is_named_and_waited_for(world: World, worker: FakeWorker) -> None:
    run = await worker.provision()

    assert run.state is RunState.WAITING
    assert run.error is None
    assert run.waiting_for is not None
    assert run.waiting_for.who == OPERATOR.label
    assert f"{HOST} CNAME {TARGET}" in run.waiting_for.what
    next_leg = world.records.tables.legs[leg_id(run.run_id, 2)]
    assert next_leg["at"] == run.waiting_for.until == world.clock.now() + timedelta(seconds=15)


async def test_it_goes_on_by_itself_once_the_record_is_there(world: World, worker: FakeWorker) -> None:
    run = await worker.provision()
    assert (await worker.look_again(run.run_id)).state is RunState.WAITING
    world.zone.add(HOST, TARGET)

    run = await worker.look_again(run.run_id)

    assert run.state is RunState.SUCCEEDED
    assert run.waiting_for is None
    assert world.projects.create_calls == 1
    assert run.steps[4].attempts == 3


async def test_it_looks_again_with_growing_gaps_and_gives_up_after_48_hours(
    world: World, worker: FakeWorker
) -> None:
    began = world.clock.now()
    gaps = []
    run = await worker.provision()
    while run.waiting_for is not None and run.waiting_for.until is not None:
        gaps.append((run.waiting_for.until - world.clock.now()).total_seconds())
        run = await worker.look_again(run.run_id)

    assert gaps[:4] == [15, 30, 60, 120]
    assert gaps == sorted(gaps)
    assert gaps[-1] == 3600
    assert run.state is RunState.WAITING
    assert run.error is not None
    assert (run.error.step, run.error.code) == (5, "dns")
    assert "48 hours" in run.error.message
    assert timedelta(hours=48) < world.clock.now() - began < timedelta(hours=50)

    world.zone.add(HOST, TARGET)
    assert (await worker.retry(run.run_id)).state is RunState.SUCCEEDED


async def test_a_retry_looks_at_once_and_the_scheduled_look_is_not_wanted_any_more(
    world: World, worker: FakeWorker
) -> None:
    run = await worker.provision()
    world.zone.add(HOST, TARGET)
    await world.control.runs.retry(OPERATOR, run.run_id)

    assert await worker.enter(run.run_id, leg=2) == "moved on"
    assert await worker.enter(run.run_id, leg=3) == "succeeded"


async def test_rolled_back_while_it_waits_it_does_not_look_again(world: World, worker: FakeWorker) -> None:
    run = await worker.provision()
    await world.control.runs.rollback(OPERATOR, run.run_id)

    assert await worker.enter(run.run_id, leg=3) == "rolled_back"
    assert await worker.enter(run.run_id, leg=2) == "moved on"
    assert evidence(world) == GONE


async def test_cancelled_while_it_waits_it_does_not_go_on_by_itself(world: World, worker: FakeWorker) -> None:
    run = await worker.provision()
    cancelled = await world.control.runs.cancel(OPERATOR, run.run_id)
    assert cancelled.state is RunState.WAITING
    world.zone.add(HOST, TARGET)

    await _let_the_scheduled_look_come(worker, run.run_id)

    stopped = worker.run(run.run_id)
    assert stopped.state is RunState.WAITING
    assert world.mailer.mailbox == []
    assert (await worker.retry(run.run_id)).state is RunState.SUCCEEDED


async def test_killed_while_it_looks_again_it_looks_once_more(world: World, worker: FakeWorker) -> None:
    run = await worker.provision()
    world.zone.add(HOST, TARGET)
    worker.checkpoints_of(run.run_id, 2).dies_after = "step 5"

    assert await worker.is_killed_in(run.run_id, leg=2)

    assert await worker.enter(run.run_id, leg=2) == "succeeded"


async def test_while_it_waits_the_same_request_goes_on_with_it_and_another_one_is_refused(
    worker: FakeWorker,
) -> None:
    run: Run = await worker.provision()

    assert await worker.request() == run.run_id
    with pytest.raises(Refused) as refusal:
        await worker.request(company="Another Company")
    assert refusal.value.code == "run_open"


async def _let_the_scheduled_look_come(worker: FakeWorker, run_id: RunId) -> None:
    leg = worker.world.records.tables.legs[leg_id(run_id, 2)]
    worker.world.clock.jump_to(leg["at"])
    await worker.enter(run_id, leg=2)
