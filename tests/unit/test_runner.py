"""A run over fakes: what it comes to, how patient it is, and what it leaves in writing."""

import json
import re
from datetime import timedelta

import pytest
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from provisioning.domain.run import RunState, StepState
from provisioning.domain.tenant import TenantState
from provisioning.errors import Permanent, Refused, Transient
from provisioning.provision.pipeline import PROVISION
from provisioning.registry import LostClaim
from tests.fakes.evidence import WHOLE, evidence
from tests.fakes.wire import COMMIT, TRANSACTION
from tests.fakes.worker import FakeWorker
from tests.fakes.world import HARBOUR, OPERATOR, SUBDOMAIN, World

AWAY = Transient("The service is away.")

_TOKEN = re.compile(r"eyJ[\w-]+\.eyJ")

FIRST_CALLS = {
    1: "projects.create",
    2: "database.apply_schema",
    3: "database.seed",
    4: "platform.publish",
    5: "dns.lookup",
    6: "app.register",
    7: "mailer.send",
    8: "app.frontend",
}
"""A call that only this step makes."""


async def test_provisions_a_verified_tenant(world: World, worker: FakeWorker) -> None:
    run = await worker.provision()

    assert run.state is RunState.SUCCEEDED
    assert {step.state for step in run.steps} == {StepState.SUCCEEDED}
    assert [check.ok for check in run.checklist] == [True] * 9
    assert evidence(world) == WHOLE
    (tenant,) = world.records.tables.tenants.values()
    assert tenant["state"] is TenantState.VERIFIED
    assert tenant["is_active"]
    assert str(tenant["tenant_id"]) == world.platform.records[SUBDOMAIN].tenant_id


async def test_a_second_tenant_stands_beside_the_first(world: World, worker: FakeWorker) -> None:
    await worker.provision()

    run = await worker.provision(subdomain="customer-two", company="Customer Two")

    assert run.state is RunState.SUCCEEDED
    assert world.platform.records.keys() == {HARBOUR, SUBDOMAIN, "customer-two"}
    assert len(world.tenant_projects()) == 2


async def test_every_step_is_told_as_it_goes(worker: FakeWorker) -> None:
    run_id = await worker.request()

    run = await worker.finish(run_id)

    story = [(event.what, event.step) for event in worker.events(run_id)]
    steps = [(what, n) for n in range(1, 9) for what in ("step started", "step succeeded")]
    assert story == [("requested", None), *steps, ("succeeded", None)]
    assert all(step.detail for step in run.steps)


@pytest.mark.parametrize(("step", "call"), FIRST_CALLS.items())
async def test_a_step_that_fails_waits_for_the_one_who_asked(
    world: World, worker: FakeWorker, step: int, call: str
) -> None:
    world.wire.fail(call, Permanent("Somebody must change something.", code="changed"))

    run = await worker.provision()

    assert run.state is RunState.WAITING
    assert run.error is not None
    assert run.error.step == step
    assert run.error.message.endswith("Somebody must change something.")
    assert run.waiting_for is not None
    assert run.waiting_for.who == OPERATOR.label
    assert "Retry" in run.waiting_for.what
    assert run.waiting_for.until is None
    assert [view.state for view in run.steps[:step]] == [StepState.SUCCEEDED] * (step - 1) + [
        StepState.FAILED
    ]
    assert {view.state for view in run.steps[step:]} <= {StepState.PENDING}


async def test_a_refusal_in_a_step_waits_too(world: World, worker: FakeWorker) -> None:
    world.wire.fail("projects.organization", Refused("No such organization.", code="unknown_organization"))

    run = await worker.provision()

    assert run.error is not None
    assert run.error.code == "unknown_organization"


async def test_an_unexpected_error_waits_and_tells_its_kind_only(world: World, worker: FakeWorker) -> None:
    world.wire.fail("database.apply_schema", ValueError("could not log in with fake-password-1"))

    with capture_logs(processors=[merge_contextvars]) as logs:
        run = await worker.provision()

    assert run.state is RunState.WAITING
    assert run.error is not None
    assert (run.error.code, run.error.step) == ("unexpected", 2)
    assert "ValueError" in run.error.message
    written = _in_writing(world)
    assert "fake-password-1" not in written
    assert "Traceback" not in written
    (logged,) = (one for one in logs if one["log_level"] == "error")
    assert (logged["run_id"], logged["tenant"], logged["step"]) == (run.run_id, SUBDOMAIN, 2)
    assert logged["actor"] == run.requested_by


@pytest.mark.parametrize(("step", "call"), [one for one in FIRST_CALLS.items() if one[0] not in {5, 8}])
async def test_a_step_gives_up_after_its_deadline(
    world: World, worker: FakeWorker, step: int, call: str
) -> None:
    world.wire.fail(call, AWAY, times=1000)

    run = await worker.provision()

    assert run.error is not None
    minutes = PROVISION.steps[step - 1].deadline / timedelta(minutes=1)
    assert run.error.message.startswith(f"Gave up after {minutes:.0f} min: The service is away.")
    assert run.error.step == step
    failed = run.steps[step - 1]
    assert failed.attempts > 10
    assert failed.seconds is not None
    assert failed.seconds <= minutes * 60


async def test_waits_as_long_as_it_is_asked_to(world: World, worker: FakeWorker) -> None:
    world.wire.fail("platform.publish", Transient("Too many requests.", retry_after=42))

    run = await worker.provision()

    assert run.state is RunState.SUCCEEDED
    assert 42 in world.clock.sleeps
    assert run.steps[3].attempts == 2


async def test_does_not_begin_a_wait_that_would_end_after_the_deadline(
    world: World, worker: FakeWorker
) -> None:
    world.wire.fail("platform.publish", Transient("Too many requests.", retry_after=3600))

    run = await worker.provision()

    assert run.error is not None
    assert "Gave up after 5 min" in run.error.message
    assert 3600 not in world.clock.sleeps


@pytest.mark.parametrize("call", FIRST_CALLS.values())
async def test_an_outage_of_the_registry_is_waited_out(world: World, worker: FakeWorker, call: str) -> None:
    async def outage() -> None:
        world.wire.fail(TRANSACTION, Transient("The registry does not answer."), times=30)

    world.wire.once_before(call, outage)

    run = await worker.provision()

    assert run.state is RunState.SUCCEEDED
    assert evidence(world) == WHOLE
    assert world.clock.monotonic() > 30


async def test_a_registry_that_is_away_at_the_start_is_waited_for(world: World, worker: FakeWorker) -> None:
    run_id = await worker.request()
    world.wire.fail(TRANSACTION, Transient("The registry does not answer."), times=100)

    assert (await worker.finish(run_id)).state is RunState.SUCCEEDED


async def test_a_lost_answer_to_the_last_commit_leaves_the_run_as_it_ended(
    world: World, worker: FakeWorker
) -> None:
    run_id = await worker.request()

    async def lose_the_next_commits() -> None:
        world.wire.fail(COMMIT, Transient("The connection was lost."), after_effect=True, times=5)

    world.wire.once_before("platform.find", lose_the_next_commits)

    assert (await worker.finish(run_id)).state is RunState.SUCCEEDED
    assert evidence(world) == WHOLE


@pytest.mark.parametrize("call", FIRST_CALLS.values())
async def test_a_process_that_lost_its_claim_writes_nothing_more(
    world: World, worker: FakeWorker, call: str
) -> None:
    """The process is frozen just before a call; another one takes the leg over and ends it; then it thaws."""
    run_id = await worker.request()
    left_by_the_other: list[object] = []

    async def another_process() -> None:
        assert await worker.enter(run_id) == "succeeded"
        left_by_the_other.append(world.records.tables)

    world.wire.once_before(call, another_process)

    with pytest.raises(LostClaim):
        await worker.enter(run_id)

    assert left_by_the_other == [world.records.tables]
    assert len(world.mailer.message_ids) == 1


async def test_the_late_leg_of_a_run_that_moved_on_does_nothing(world: World, worker: FakeWorker) -> None:
    world.wire.fail("database.seed", Permanent("Not now."))
    run = await worker.provision()
    assert (await worker.retry(run.run_id)).state is RunState.SUCCEEDED
    before, calls = world.records.tables, len(world.wire.calls)

    assert await worker.enter(run.run_id, leg=1) == "moved on"
    assert await worker.enter(run.run_id, leg=2) == "moved on"

    assert world.records.tables == before
    assert set(world.wire.calls[calls:]) == {COMMIT}


async def test_an_end_is_audited_as_the_engine(world: World, worker: FakeWorker) -> None:
    run = await worker.provision()

    last = world.records.tables.audit[-1]
    assert (last["actor_id"], last["action"]) == ("engine", "provision.succeeded")
    assert last["run_id"] == run.run_id


@pytest.mark.parametrize("seconds_of_dns", [0, 570])
async def test_with_realistic_delays_a_tenant_takes_less_than_fifteen_minutes(seconds_of_dns: int) -> None:
    world = World()
    world.projects.seconds_to_come_up = 120
    world.wire.pace = {
        "database.apply_schema": 60,
        "database.seed": 30,
        "platform.publish": 10,
        "app.register": 10,
        "mailer.send": 5,
    }
    world.app.habits.processing_seconds = 20
    if seconds_of_dns:
        world.dns.wildcard = None
        world.dns.seconds_to_servers = seconds_of_dns

    run = await FakeWorker(world).provision()

    assert run.state is RunState.SUCCEEDED
    slept = 120 + 60 + 30 + 10 + seconds_of_dns + 10 + 5 + 20
    assert slept <= world.clock.monotonic() < 15 * 60
    assert run.steps[0].typical == 120


async def test_no_secret_rests_in_clear(world: World, worker: FakeWorker) -> None:
    await worker.provision()

    _assert_no_secret(world, worker)


@pytest.mark.parametrize("call", list(FIRST_CALLS.values())[1:])
async def test_no_secret_rests_in_clear_in_a_run_that_waits(
    world: World, worker: FakeWorker, call: str
) -> None:
    world.wire.fail(call, Permanent("Not now."))
    run = await worker.provision()

    _assert_no_secret(world, worker)

    assert (await worker.retry(run.run_id)).state is RunState.SUCCEEDED
    _assert_no_secret(world, worker)


async def test_the_temporary_password_is_erased_with_the_success(world: World, worker: FakeWorker) -> None:
    await worker.provision()

    (tenant,) = world.records.tables.tenants.values()
    assert tenant["temporary_password"] is None


def _assert_no_secret(world: World, worker: FakeWorker) -> None:
    project = world.project
    secrets = [project.password, project.keys.anon, project.keys.service]
    words = [secret.reveal() for secret in secrets]
    words += [line.removeprefix("Password: ") for line in _mail_lines(world) if line.startswith("Password: ")]
    remembered = "".join(text for leg in worker.checkpoints.values() for text in leg.remembered.values())
    for where in (_in_writing(world), remembered):
        assert len(where) > 1000
        assert not [word for word in words if word in where]
        assert not _TOKEN.search(where)


def _mail_lines(world: World) -> list[str]:
    return [line for email in world.mailer.mailbox for line in email.text.splitlines()]


def _in_writing(world: World) -> str:
    """All that the registry holds, as text."""
    tables = vars(world.records.tables)
    return json.dumps({name: repr(rows) for name, rows in tables.items()})
