"""A person decides about a run that stopped: it goes on from there, is undone, or is over."""

from provisioning.domain.run import Direction, Run, RunState, StepState
from provisioning.errors import Permanent, Transient
from tests.fakes.evidence import GONE, WHOLE, evidence
from tests.fakes.worker import FakeWorker
from tests.fakes.world import DOMAIN, HARBOUR, OPERATOR, SUBDOMAIN, World

NOT_NOW = Permanent("Not now.")


# --- retry ------------------------------------------------------------------------------------------


async def test_a_retry_goes_on_from_the_step_that_stopped(world: World, worker: FakeWorker) -> None:
    world.wire.fail("app.register", NOT_NOW)
    run = await worker.provision()
    calls = len(world.wire.calls)

    run = await worker.retry(run.run_id)

    assert run.state is RunState.SUCCEEDED
    assert run.error is None
    assert evidence(world) == WHOLE
    acted_again = {name.partition(".")[0] for name in world.wire.calls[calls:]}
    assert "projects" not in acted_again
    assert "database.apply_schema" not in world.wire.calls[calls:]
    assert "platform.publish" not in world.wire.calls[calls:]
    assert [step.attempts for step in run.steps] == [1] * 8


async def test_a_retry_has_the_whole_deadline_again(world: World, worker: FakeWorker) -> None:
    world.wire.fail("platform.publish", Transient("Away."), times=1000)
    run = await worker.provision()
    attempts = run.steps[3].attempts

    run = await worker.retry(run.run_id)

    assert run.error is not None
    assert "Gave up after 5 min" in run.error.message
    assert run.steps[3].attempts == attempts


async def test_a_retry_is_told(world: World, worker: FakeWorker) -> None:
    world.wire.fail("database.seed", NOT_NOW)
    run = await worker.provision()
    run = await worker.retry(run.run_id)

    assert "retried" in [event.what for event in worker.events(run.run_id)]
    assert "provision.retry" in [row["action"] for row in world.records.tables.audit]


# --- roll back --------------------------------------------------------------------------------------


async def test_a_roll_back_undoes_in_reverse(world: World, worker: FakeWorker) -> None:
    world.dns.wildcard = None
    run = await _stopped_at(worker, "mailer.send")

    run = await worker.roll_back(run.run_id)

    assert run.state is RunState.ROLLED_BACK
    assert run.direction is Direction.ROLLBACK
    undone = [event.step for event in worker.events(run.run_id) if event.what == "undo started"]
    assert undone == [7, 6, 5, 4, 3, 2, 1]
    assert [step.state for step in run.steps] == [StepState.UNDONE] * 7 + [StepState.PENDING]
    assert evidence(world) == GONE
    assert HARBOUR in world.platform.records


async def test_a_roll_back_says_what_it_undid_and_what_it_left(world: World, worker: FakeWorker) -> None:
    run = await _stopped_at(worker, "mailer.send")
    ref = world.project.ref

    run = await worker.roll_back(run.run_id)

    details = [step.detail for step in run.steps]
    assert details[0] == f"deleted project {ref}"
    assert details[1] == "nothing to undo here: the schema goes with the project"
    assert details[3] == "the platform deleted the tenant"
    assert details[4] == "no record was made"
    assert details[6] == "nothing to undo here: an e-mail, once sent, can't be called back"


async def test_only_what_was_begun_is_undone(world: World, worker: FakeWorker) -> None:
    run = await _stopped_at(worker, "database.apply_schema")

    run = await worker.roll_back(run.run_id)

    assert [step.state for step in run.steps] == [StepState.UNDONE] * 2 + [StepState.PENDING] * 6
    assert evidence(world) == GONE


async def test_only_what_this_run_made_is_undone(world: World, worker: FakeWorker) -> None:
    host = f"{SUBDOMAIN}.{DOMAIN}"
    world.zone.add(host, world.policy.dns_target)
    run = await _stopped_at(worker, "mailer.send")

    await worker.roll_back(run.run_id)

    assert host in world.zone.records


async def test_what_a_step_made_before_it_was_retried_and_cancelled_is_undone(
    world: World, worker: FakeWorker
) -> None:
    world.wire.fail("platform.publish", Permanent("The answer can't be read."), after_effect=True)
    run = await worker.provision()
    assert SUBDOMAIN in world.platform.records
    await world.control.runs.retry(OPERATOR, run.run_id)
    worker.checkpoints_of(run.run_id, 2).dies_after = "begin"
    assert await worker.is_killed_in(run.run_id, leg=2)
    await world.control.runs.cancel(OPERATOR, run.run_id)
    assert await worker.enter(run.run_id, leg=2) == "waiting"

    run = await worker.roll_back(run.run_id)

    assert run.state is RunState.ROLLED_BACK
    assert evidence(world) == GONE


async def test_the_subdomain_is_free_after_a_roll_back(world: World, worker: FakeWorker) -> None:
    run = await _stopped_at(worker, "app.register")
    await worker.roll_back(run.run_id)

    run = await worker.provision(company="Another Company")

    assert run.state is RunState.SUCCEEDED
    assert evidence(world) == WHOLE


async def test_a_project_with_rows_of_the_customer_is_not_deleted(world: World, worker: FakeWorker) -> None:
    run = await _stopped_at(worker, "mailer.send")
    world.database.more_rows["sellout_entries2"] = 7

    run = await worker.roll_back(run.run_id)

    assert run.state is RunState.WAITING
    assert run.error is not None
    assert run.error.code == "has_data"
    assert "7 in sellout_entries2" in run.error.message
    assert "deprovision" in run.error.message
    assert len(world.tenant_projects()) == 1


async def test_a_roll_back_that_stopped_goes_on_from_there(world: World, worker: FakeWorker) -> None:
    run = await _stopped_at(worker, "mailer.send")
    world.wire.fail("projects.delete", Permanent("The token may not delete."))
    run = await worker.roll_back(run.run_id)
    assert run.state is RunState.WAITING
    assert run.error is not None
    assert run.error.step == 1
    assert run.waiting_for is not None
    assert "Roll back again" in run.waiting_for.what

    run = await worker.retry(run.run_id)

    assert run.state is RunState.ROLLED_BACK
    assert world.wire.calls.count("platform.withdraw") == 1
    assert evidence(world) == GONE


async def test_an_undo_is_tried_again_while_it_may_succeed(world: World, worker: FakeWorker) -> None:
    run = await _stopped_at(worker, "mailer.send")
    world.wire.fail("projects.delete", Transient("Supabase is away."), times=5)

    run = await worker.roll_back(run.run_id)

    assert run.state is RunState.ROLLED_BACK
    assert run.steps[0].attempts == 6


# --- cancel -----------------------------------------------------------------------------------------


async def test_cancelled_before_it_began_it_is_over(world: World, worker: FakeWorker) -> None:
    run_id = await worker.request()

    run = await world.control.runs.cancel(OPERATOR, run_id)

    assert run.state is RunState.CANCELLED
    assert evidence(world) == GONE
    assert await worker.enter(run_id) == "moved on"
    assert (await worker.provision(company="Another Company")).state is RunState.SUCCEEDED


async def test_cancelled_before_anything_was_made_it_is_over(world: World, worker: FakeWorker) -> None:
    run_id = await worker.request()
    worker.checkpoints_of(run_id).dies_after = "begin"
    assert await worker.is_killed_in(run_id)
    asked = await world.control.runs.cancel(OPERATOR, run_id)
    assert asked.state is RunState.RUNNING

    assert await worker.enter(run_id) == "cancelled"

    assert evidence(world) == GONE
    assert world.projects.create_calls == 0
    assert (await worker.provision()).state is RunState.SUCCEEDED


async def test_cancelled_after_a_clear_no_it_is_over(world: World, worker: FakeWorker) -> None:
    run = await _stopped_at(worker, "projects.create")

    run = await world.control.runs.cancel(OPERATOR, run.run_id)

    assert run.state is RunState.CANCELLED
    assert evidence(world) == GONE


async def test_cancelled_later_it_stops_before_the_next_step_and_waits(
    world: World, worker: FakeWorker
) -> None:
    run = await _cancelled_in_step_3(worker)

    assert run.state is RunState.WAITING
    assert run.error is None
    assert run.waiting_for is not None
    assert run.waiting_for.who == OPERATOR.label
    assert run.waiting_for.until is None
    assert [step.state for step in run.steps] == [StepState.SUCCEEDED] * 3 + [StepState.PENDING] * 5
    assert SUBDOMAIN not in world.platform.records


async def test_a_cancelled_run_can_be_retried(world: World, worker: FakeWorker) -> None:
    run = await _cancelled_in_step_3(worker)

    assert (await worker.retry(run.run_id)).state is RunState.SUCCEEDED
    assert evidence(world) == WHOLE


async def test_a_cancelled_run_can_be_rolled_back(world: World, worker: FakeWorker) -> None:
    run = await _cancelled_in_step_3(worker)

    assert (await worker.roll_back(run.run_id)).state is RunState.ROLLED_BACK
    assert evidence(world) == GONE


async def test_a_step_that_is_being_repeated_stops_when_cancelled(world: World, worker: FakeWorker) -> None:
    async def cancel() -> None:
        await world.control.runs.cancel(OPERATOR, SUBDOMAIN)

    world.wire.fail("platform.publish", Transient("Away."), times=1000)
    world.wire.once_before("platform.publish", cancel)

    run = await worker.provision()

    assert run.state is RunState.WAITING
    assert run.error is None
    assert run.steps[3].attempts == 1


async def test_cancelled_between_a_retry_and_its_start_it_does_not_start(
    world: World, worker: FakeWorker
) -> None:
    run = await _stopped_at(worker, "database.seed")
    await world.control.runs.retry(OPERATOR, run.run_id)

    await world.control.runs.cancel(OPERATOR, run.run_id)
    run = await worker.finish(run.run_id)

    assert run.state is RunState.WAITING
    assert SUBDOMAIN not in world.platform.records
    assert (await worker.roll_back(run.run_id)).state is RunState.ROLLED_BACK
    assert evidence(world) == GONE


async def test_a_roll_back_can_be_stopped_too(world: World, worker: FakeWorker) -> None:
    async def cancel() -> None:
        await world.control.runs.cancel(OPERATOR, SUBDOMAIN)

    run = await _stopped_at(worker, "mailer.send")
    world.wire.once_before("platform.withdraw", cancel)

    run = await worker.roll_back(run.run_id)

    assert run.state is RunState.WAITING
    assert len(world.tenant_projects()) == 1
    assert (await worker.retry(run.run_id)).state is RunState.ROLLED_BACK
    assert evidence(world) == GONE


async def _stopped_at(worker: FakeWorker, call: str) -> Run:
    """Provision until this call is refused."""
    worker.world.wire.fail(call, NOT_NOW)
    run = await worker.provision()
    assert run.state is RunState.WAITING
    return run


async def _cancelled_in_step_3(worker: FakeWorker) -> Run:
    async def cancel() -> None:
        await worker.world.control.runs.cancel(OPERATOR, SUBDOMAIN)

    worker.world.wire.once_before("database.seed", cancel)
    return await worker.provision()
