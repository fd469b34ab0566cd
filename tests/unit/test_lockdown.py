"""The worst case: every active tenant suspended at once and proved so, and exactly these brought back."""

from collections.abc import Iterable

import pytest

from provisioning.control_plane.requests import Started
from provisioning.domain.actor import Actor, Role
from provisioning.domain.approval import Approval, ApprovalState
from provisioning.domain.diagnosis import FixVerb, Issue
from provisioning.domain.lockdown import FLEET
from provisioning.domain.run import Run, RunId, RunKind, RunState
from provisioning.domain.tenant import Tenant, TenantState
from provisioning.errors import InvalidRequest, Permanent, Refused, Transient
from tests.fakes.fleet import add_tenant
from tests.fakes.worker import FakeWorker
from tests.fakes.world import HARBOUR, OPERATOR, SUBDOMAIN, VIEWER, World

APPROVER = Actor(surface="test", id="approver", name="approver", role=Role.APPROVER)
OTHER_APPROVER = Actor(surface="test", id="other", name="other", role=Role.APPROVER)
REASON = "one tenant sees another's rows"
NAMES = ("alpha", "bravo", "charlie")


@pytest.fixture
async def fleet(world: World) -> World:
    await add_tenant(world, "alpha")
    await add_tenant(world, "bravo", state=TenantState.UNVERIFIED)
    await add_tenant(world, "charlie")
    return world


async def alone(world: World, actor: Actor = APPROVER) -> Run:
    started = await world.control.lockdowns.request(actor, reason=REASON, confirm="LOCKDOWN")
    assert isinstance(started, Started)
    return started.run


async def lock(worker: FakeWorker) -> Run:
    return await worker.finish((await alone(worker.world)).run_id)


async def ask(world: World, actor: Actor = OPERATOR) -> Approval:
    asked = await world.control.lockdowns.request(actor, reason=REASON)
    assert isinstance(asked, Approval)
    return asked


async def lift(worker: FakeWorker) -> Run:
    control = worker.world.control
    asked = await control.lockdowns.request_lift(OPERATOR, reason="found and closed")
    decided = await control.approvals.approve(APPROVER, asked.approval_id)
    return await worker.finish(run_of(decided))


def run_of(decided: Approval) -> RunId:
    assert decided.run_id is not None
    return decided.run_id


async def tenant(world: World, subdomain: str) -> Tenant:
    async with world.records.transaction() as tx:
        found = await tx.tenants.find(subdomain)
    assert found is not None
    return found


async def states(world: World, names: Iterable[str] = NAMES) -> list[TenantState]:
    return [(await tenant(world, name)).state for name in names]


def served(world: World) -> set[str]:
    return {name for name, record in world.platform.records.items() if record.is_active}


def audited(world: World, action: str) -> list[str]:
    return [row["result"] for row in world.records.tables.audit if row["action"] == action]


async def test_suspends_every_active_tenant_and_proves_it(fleet: World, worker: FakeWorker) -> None:
    run = await lock(worker)
    assert (run.kind, run.subdomain, run.state) == (RunKind.LOCKDOWN, FLEET, RunState.SUCCEEDED)
    assert await states(fleet) == [TenantState.SUSPENDED] * 3
    assert served(fleet) == {HARBOUR}
    assert {check.name: check.ok for check in run.checklist} == {
        "frontend_refused": True,
        "health_refused": True,
    }
    assert run.verdict == "suspended"
    assert (await tenant(fleet, "alpha")).suspended_reason == f"lockdown: {REASON}"
    assert "refused after" in (await tenant(fleet, "alpha")).reading


async def test_tells_of_what_the_platform_serves_besides(fleet: World, worker: FakeWorker) -> None:
    run = await lock(worker)
    assert fleet is worker.world
    assert any(HARBOUR in str(event.detail) for event in worker.events(run.run_id) if event.what == "noted")


async def test_says_how_far_it_is(fleet: World, worker: FakeWorker) -> None:
    run = await lock(worker)
    assert run.steps[0].detail == "3 of 3 suspended"
    assert run.steps[1].detail is not None
    assert run.steps[1].detail.startswith("3 of 3 refused")


async def test_an_approver_alone_types_the_word_and_that_is_audited(fleet: World) -> None:
    await alone(fleet)
    assert audited(fleet, "lockdown.requested") == ["alone"]


@pytest.mark.parametrize("actor", [OPERATOR, APPROVER])
async def test_without_the_word_nobody_does_it_alone(fleet: World, actor: Actor) -> None:
    asked = await ask(fleet, actor)
    assert (asked.state, asked.action, asked.facts["active"]) == (ApprovalState.PENDING, "lockdown", 3)
    assert (await states(fleet)).count(TenantState.SUSPENDED) == 0
    with pytest.raises(Refused):
        await fleet.control.approvals.approve(actor, asked.approval_id)


async def test_an_operator_with_the_word_still_needs_an_approver(fleet: World) -> None:
    asked = await fleet.control.lockdowns.request(OPERATOR, reason=REASON, confirm="LOCKDOWN")
    assert isinstance(asked, Approval)
    assert asked.state is ApprovalState.PENDING


async def test_refuses_another_word_and_no_reason(fleet: World) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        await fleet.control.lockdowns.request(APPROVER, reason="", confirm="lockdown")
    assert {fault.field for fault in refusal.value.errors} == {"reason", "confirm"}


async def test_a_viewer_may_not_ask(fleet: World) -> None:
    with pytest.raises(Refused, match="needs an operator"):
        await ask(fleet, VIEWER)


async def test_runs_once_it_is_approved(fleet: World, worker: FakeWorker) -> None:
    asked = await ask(fleet)
    decided = await fleet.control.approvals.approve(APPROVER, asked.approval_id)
    run = await worker.finish(run_of(decided))
    assert run.state is RunState.SUCCEEDED
    assert audited(fleet, "lockdown.requested") == ["accepted", "accepted"]
    assert audited(fleet, "lockdown.approved") == ["accepted"]


async def test_the_same_question_is_asked_once(fleet: World) -> None:
    first = await ask(fleet)
    again = await fleet.control.lockdowns.request(OPERATOR, reason="said otherwise")
    assert isinstance(again, Approval)
    assert again.approval_id == first.approval_id


async def test_whoever_does_it_alone_settles_the_question(fleet: World) -> None:
    asked = await ask(fleet)
    await alone(fleet)
    assert (await fleet.control.approvals.find(VIEWER, asked.approval_id)).state is ApprovalState.VOID


async def test_twice_is_harmless(fleet: World, worker: FakeWorker) -> None:
    run = await lock(worker)
    again = await fleet.control.lockdowns.request(OTHER_APPROVER, reason=REASON, confirm="LOCKDOWN")
    assert isinstance(again, Started)
    assert (again.run.run_id, again.continued) == (run.run_id, True)


async def test_lifting_brings_back_what_each_was(fleet: World, worker: FakeWorker) -> None:
    before = [await tenant(fleet, name) for name in NAMES]
    await lock(worker)
    run = await lift(worker)
    assert run.state is RunState.SUCCEEDED
    assert [await tenant(fleet, name) for name in NAMES] == before
    assert served(fleet) == {*NAMES, HARBOUR}
    assert run.steps[0].detail == "3 brought back"
    assert (await fleet.control.views.fleet(VIEWER)).lockdown is None


async def test_a_diagnosis_meanwhile_offers_the_lift_in_place_of_an_activation(
    fleet: World, worker: FakeWorker
) -> None:
    await lock(worker)

    found = await fleet.control.diagnoses.diagnose(OPERATOR, "alpha", issues=[Issue.NOT_FOUND])

    assert found.cause is not None
    assert found.cause.code == "suspended"
    assert [fix.verb for fix in found.cause.fixes] == [FixVerb.BY_HAND]
    assert "tenantbot lockdown lift" in found.cause.fixes[0].plan[0]


async def test_lifting_leaves_what_was_suspended_before_or_since(fleet: World, worker: FakeWorker) -> None:
    fleet.platform.suspend("alpha")
    async with fleet.records.transaction() as tx:
        await tx.tenants.suspend("alpha", reason="invoice not paid", by="somebody")
    await lock(worker)
    async with fleet.records.transaction() as tx:
        await tx.tenants.suspend("bravo", reason="the leaking one", by="somebody")
    run = await lift(worker)
    assert run.state is RunState.SUCCEEDED
    assert await states(fleet) == [TenantState.SUSPENDED, TenantState.SUSPENDED, TenantState.VERIFIED]
    assert (await tenant(fleet, "bravo")).suspended_reason == "the leaking one"
    assert served(fleet) == {"charlie", HARBOUR}
    assert run.steps[0].detail == "1 brought back; suspended otherwise, and left so: bravo"


async def test_lifting_leaves_the_deleted_alone(fleet: World, worker: FakeWorker) -> None:
    await lock(worker)
    async with fleet.records.transaction() as tx:
        await tx.tenants.bury("alpha")
    assert (await lift(worker)).state is RunState.SUCCEEDED
    assert (await tenant(fleet, "alpha")).state is TenantState.DELETED
    assert "alpha" not in served(fleet)


async def test_lifting_needs_a_second_person_always(fleet: World, worker: FakeWorker) -> None:
    await lock(worker)
    asked = await fleet.control.lockdowns.request_lift(APPROVER, reason="found and closed")
    with pytest.raises(Refused, match="somebody else has to approve"):
        await fleet.control.approvals.approve(APPROVER, asked.approval_id)
    assert served(fleet) == {HARBOUR}
    await fleet.control.approvals.approve(OTHER_APPROVER, asked.approval_id)


async def test_there_is_nothing_to_lift_without_a_lockdown(fleet: World) -> None:
    with pytest.raises(Refused, match="No lockdown is in force"):
        await fleet.control.lockdowns.request_lift(OPERATOR, reason="found and closed")


async def test_nothing_is_provisioned_or_activated_in_it(fleet: World, worker: FakeWorker) -> None:
    await lock(worker)
    for act in (
        worker.request(subdomain="other"),
        fleet.control.requests.activate(OPERATOR, "alpha"),
    ):
        with pytest.raises(Refused, match="A lockdown is in force since") as refusal:
            await act
        assert refusal.value.code == "lockdown"
    view = await fleet.control.views.fleet(VIEWER)
    assert view.lockdown is not None
    assert view.lockdown.holds == 3


async def test_a_run_under_way_stops_before_its_tenant_is_active(world: World, worker: FakeWorker) -> None:
    await add_tenant(world, "alpha")
    run_id = await worker.request()
    world.wire.once_before("platform.publish", lambda: _declare(world))
    run = await worker.finish(run_id)
    assert run.state is RunState.WAITING
    assert run.error is not None
    assert (run.error.code, run.error.step) == ("lockdown", 4)
    assert not (await tenant(world, SUBDOMAIN)).is_active
    assert (await lift(worker)).state is RunState.SUCCEEDED
    assert (await worker.retry(run_id)).state is RunState.SUCCEEDED


async def _declare(world: World) -> None:
    await alone(world)


async def test_a_verification_under_way_does_not_make_a_tenant_active(
    world: World, worker: FakeWorker
) -> None:
    await worker.provision()
    started = await world.control.requests.verify(OPERATOR, SUBDOMAIN)
    await lock(worker)
    assert (await worker.finish(started.run.run_id)).state is RunState.WAITING
    assert (await tenant(world, SUBDOMAIN)).state is TenantState.SUSPENDED


async def test_names_a_tenant_that_is_still_served_and_waits(fleet: World, worker: FakeWorker) -> None:
    fleet.app.habits.serves_inactive = True
    run = await lock(worker)
    assert run.state is RunState.WAITING
    assert run.error is not None
    assert "NOT PROVED TO BE SUSPENDED: alpha (frontend 200, health 200)" in run.error.message
    assert (await tenant(fleet, "alpha")).reading == "suspended, but NOT PROVED"
    assert await states(fleet) == [TenantState.SUSPENDED] * 3
    fleet.app.habits.serves_inactive = False
    assert (await worker.retry(run.run_id)).state is RunState.SUCCEEDED


async def test_one_tenants_trouble_spares_no_other(fleet: World, worker: FakeWorker) -> None:
    fleet.wire.fail("platform.set_active", Permanent("The platform refuses.", code="token"), times=2)
    run = await lock(worker)
    assert run.state is RunState.SUCCEEDED  # the proof has switched them off again
    assert served(fleet) == {HARBOUR}


async def test_a_platform_that_can_not_be_told_proves_nothing(fleet: World, worker: FakeWorker) -> None:
    """Whatever the tenants answer now: an outage that ends would serve them again."""
    fleet.wire.fail("platform.set_active", Transient("The platform is in trouble."), times=1000)
    fleet.app.silent.update(NAMES)
    run = await lock(worker)
    assert run.state is RunState.WAITING
    assert run.error is not None
    assert "alpha" in run.error.message
    fleet.wire.mend()
    fleet.app.silent.clear()
    assert (await worker.retry(run.run_id)).state is RunState.SUCCEEDED
    assert served(fleet) == {HARBOUR}


async def test_a_lockdown_that_waits_can_be_lifted(fleet: World, worker: FakeWorker) -> None:
    fleet.app.habits.serves_inactive = True
    run = await lock(worker)
    fleet.app.habits.serves_inactive = False
    assert (await lift(worker)).state is RunState.SUCCEEDED
    assert worker.run(run.run_id).state is RunState.CANCELLED
    assert served(fleet) == {*NAMES, HARBOUR}


async def test_a_lockdown_cuts_a_lift_off_and_still_knows_what_each_was(
    fleet: World, worker: FakeWorker
) -> None:
    before = [await tenant(fleet, name) for name in NAMES]
    await lock(worker)
    fleet.wire.fail("platform.set_active", Permanent("The platform refuses.", code="token"))
    lifting = await lift(worker)
    assert lifting.state is RunState.WAITING
    assert len(served(fleet)) == 3  # two are back, and harbour
    assert (await lock(worker)).state is RunState.SUCCEEDED
    assert served(fleet) == {HARBOUR}
    assert worker.run(lifting.run_id).state is RunState.CANCELLED
    assert (await lift(worker)).state is RunState.SUCCEEDED
    assert [await tenant(fleet, name) for name in NAMES] == before


async def test_a_lift_that_is_given_up_half_way_can_be_locked_down_again(
    fleet: World, worker: FakeWorker
) -> None:
    await lock(worker)
    fleet.wire.fail("platform.set_active", Permanent("The platform refuses.", code="token"))
    lifting = await lift(worker)
    assert (await fleet.control.runs.cancel(OPERATOR, lifting.run_id)).state is RunState.CANCELLED
    assert (await fleet.control.views.fleet(VIEWER)).lockdown is not None
    assert (await lock(worker)).state is RunState.SUCCEEDED
    assert served(fleet) == {HARBOUR}


async def test_names_a_tenant_that_does_not_come_back(fleet: World, worker: FakeWorker) -> None:
    await lock(worker)
    fleet.app.silent.add("bravo")
    run = await lift(worker)
    assert run.state is RunState.WAITING
    assert run.error is not None
    assert "bravo" in run.error.message
    assert (await tenant(fleet, "bravo")).state is TenantState.UNVERIFIED
    assert (await tenant(fleet, "alpha")).state is TenantState.VERIFIED


async def test_is_neither_cancelled_nor_rolled_back(fleet: World, worker: FakeWorker) -> None:
    fleet.app.habits.serves_inactive = True
    run = await lock(worker)
    for decide in (fleet.control.runs.cancel, fleet.control.runs.rollback):
        with pytest.raises(Refused, match="lockdown lift"):
            await decide(OPERATOR, run.run_id)


@pytest.mark.parametrize("kind", [RunKind.LOCKDOWN, RunKind.LIFT])
async def test_killed_anywhere_it_ends_as_it_should(kind: RunKind) -> None:
    """Killed after each of its effects in turn, and entered again by the next process."""
    for effects in range(1, 200):
        world = World()
        worker = FakeWorker(world)
        for name in NAMES:
            await add_tenant(world, name)
        before = [await tenant(world, name) for name in NAMES]
        run = await alone(world)
        if kind is RunKind.LIFT:
            await worker.finish(run.run_id)
            asked = await world.control.lockdowns.request_lift(OPERATOR, reason="found and closed")
            run = worker.run(run_of(await world.control.approvals.approve(APPROVER, asked.approval_id)))
        world.wire.cut_after(effects)
        was_killed = await worker.is_killed_in(run.run_id)
        ended = await worker.finish(run.run_id)
        assert ended.state is RunState.SUCCEEDED, effects
        if kind is RunKind.LOCKDOWN:
            assert await states(world) == [TenantState.SUSPENDED] * 3, effects
            assert served(world) == {HARBOUR}, effects
        else:
            assert [await tenant(world, name) for name in NAMES] == before, effects
            assert served(world) == {*NAMES, HARBOUR}, effects
        if not was_killed:
            return
    raise AssertionError("it never got through")
