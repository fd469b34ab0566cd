"""Decisions about a run: who may, when, and what the answer says."""

import pytest

from provisioning.domain.run import Direction, Run, RunId, RunState
from provisioning.errors import Permanent, Refused, Unclear
from provisioning.provision.step8_verify_tenant import CHECKS
from tests.fakes.worker import FakeWorker
from tests.fakes.world import OPERATOR, SUBDOMAIN, VIEWER, World

VERBS = ["retry", "rollback", "cancel"]


async def decide(world: World, verb: str, reference: str = SUBDOMAIN, *, actor: object = OPERATOR) -> Run:
    run: Run = await getattr(world.control.runs, verb)(actor, reference)
    return run


async def stopped(worker: FakeWorker, call: str = "database.seed") -> RunId:
    worker.world.wire.fail(call, Permanent("Not now."))
    run = await worker.provision()
    assert run.state is RunState.WAITING
    return run.run_id


@pytest.mark.parametrize("verb", VERBS)
async def test_a_viewer_decides_nothing_and_the_refusal_is_audited(
    world: World, worker: FakeWorker, verb: str
) -> None:
    run_id = await stopped(worker)
    before = world.records.run(run_id)

    with pytest.raises(Refused) as refusal:
        await decide(world, verb, actor=VIEWER)

    assert refusal.value.code == "not_allowed"
    assert world.records.run(run_id) == before
    assert world.records.tables.audit[-1]["result"] == "not_allowed"


@pytest.mark.parametrize("verb", VERBS)
async def test_an_unknown_run_is_refused(world: World, verb: str) -> None:
    with pytest.raises(Refused, match="no tenant or run nobody") as refusal:
        await decide(world, verb, "nobody")

    assert refusal.value.code == "unknown"


@pytest.mark.parametrize("verb", VERBS)
async def test_a_run_that_is_over_is_over(world: World, worker: FakeWorker, verb: str) -> None:
    await worker.provision()

    with pytest.raises(Refused, match="has succeeded"):
        await decide(world, verb)


@pytest.mark.parametrize("verb", ["retry", "rollback"])
async def test_a_run_that_goes_on_by_itself_is_left_alone(world: World, verb: str) -> None:
    await FakeWorker(world).request()

    with pytest.raises(Refused, match="is queued; only a waiting run") as refusal:
        await decide(world, verb)

    assert refusal.value.code == "not_waiting"


async def test_a_retry_queues_the_next_leg(world: World, worker: FakeWorker) -> None:
    run_id = await stopped(worker)

    run = await decide(world, "retry")

    assert (run.state, run.direction, run.leg) == (RunState.QUEUED, Direction.FORWARD, 2)
    assert (run.error, run.waiting_for) == (None, None)
    assert world.records.tables.legs.keys() == {run_id, f"{run_id}.2"}
    assert world.records.tables.audit[-1]["action"] == "provision.retry"


async def test_a_roll_back_queues_a_leg_of_the_other_direction(world: World, worker: FakeWorker) -> None:
    await stopped(worker)

    run = await decide(world, "rollback")

    assert (run.state, run.direction) == (RunState.QUEUED, Direction.ROLLBACK)
    assert world.records.tables.audit[-1]["action"] == "provision.rollback"


async def test_a_decision_may_name_the_run(world: World, worker: FakeWorker) -> None:
    run_id = await stopped(worker)

    assert (await decide(world, "retry", run_id)).run_id == run_id


async def test_two_retries_at_once_queue_one_leg(world: World, worker: FakeWorker) -> None:
    await stopped(worker)
    await decide(world, "retry")

    with pytest.raises(Refused, match="is queued"):
        await decide(world, "retry")


async def test_once_the_email_is_out_a_roll_back_is_refused(world: World, worker: FakeWorker) -> None:
    await stopped(worker, "app.frontend")
    assert len(CHECKS) == 9

    with pytest.raises(Refused, match="tenantbot deprovision customerinc") as refusal:
        await decide(world, "rollback")

    assert refusal.value.code == "customer_has_access"
    assert len(world.tenant_projects()) == 1


async def test_while_the_email_may_be_out_a_roll_back_is_refused(world: World, worker: FakeWorker) -> None:
    world.wire.fail("mailer.send", Unclear("The answer was lost."), after_effect=True, times=1000)
    run = await worker.provision()
    assert run.state is RunState.WAITING
    assert world.mailer.mailbox

    with pytest.raises(Refused) as refusal:
        await decide(world, "rollback")

    assert refusal.value.code == "customer_has_access"


async def test_after_a_clear_no_of_the_mail_server_a_roll_back_is_possible(
    world: World, worker: FakeWorker
) -> None:
    run_id = await stopped(worker, "mailer.send")

    await decide(world, "rollback")

    assert (await worker.finish(run_id)).state is RunState.ROLLED_BACK


@pytest.mark.parametrize("verb", ["verify", "resend"])
async def test_what_makes_nothing_can_not_be_rolled_back(world: World, worker: FakeWorker, verb: str) -> None:
    await worker.provision()
    await getattr(world.control.requests, verb)(OPERATOR, SUBDOMAIN)

    with pytest.raises(Refused, match="makes nothing that could be rolled back") as refusal:
        await decide(world, "rollback")

    assert refusal.value.code == "nothing_to_undo"


async def test_a_cancelled_run_that_is_executed_is_told_to_stop(world: World, worker: FakeWorker) -> None:
    run_id = await worker.request()
    worker.checkpoints_of(run_id).dies_after = "step 1"
    await worker.is_killed_in(run_id)

    run = await decide(world, "cancel")

    assert run.state is RunState.RUNNING
    assert run.cancel_requested
    assert await worker.enter(run_id) == "waiting"


async def test_a_cancelled_run_that_waits_keeps_its_tenant(world: World, worker: FakeWorker) -> None:
    await stopped(worker)

    run = await decide(world, "cancel")

    assert run.state is RunState.WAITING
    assert len(world.tenant_projects()) == 1
    assert world.records.tables.audit[-1]["action"] == "provision.cancel"


async def test_a_cancelled_resend_is_over_and_its_password_is_erased(
    world: World, worker: FakeWorker
) -> None:
    await worker.provision()
    world.wire.fail("mailer.send", Permanent("Not now."))
    started = await world.control.requests.resend(OPERATOR, SUBDOMAIN)
    await worker.finish(started.run.run_id)

    run = await decide(world, "cancel")

    assert run.state is RunState.CANCELLED
    (tenant,) = world.records.tables.tenants.values()
    assert tenant["temporary_password"] is None
