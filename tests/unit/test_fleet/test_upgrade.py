"""A schema change of all tenants: in rings, stopped by the first failure, gone on with, and never half."""

from dataclasses import replace

import pytest

from provisioning.control_plane.requests import Started
from provisioning.domain.actor import Role
from provisioning.domain.approval import Approval, ApprovalState
from provisioning.domain.fleet import MemberState
from provisioning.domain.lockdown import FLEET
from provisioning.domain.run import Run, RunId, RunKind, RunState, StepState
from provisioning.domain.schema_files import SchemaFile
from provisioning.domain.tenant import TenantState
from provisioning.errors import InvalidRequest, Permanent, Refused, Transient
from provisioning.fleet.pipeline import FLEET_UPGRADE
from tests.fakes.worker import FakeWorker
from tests.fakes.world import OPERATOR, VIEWER, World
from tests.unit.test_fleet.fleet import APPROVER, BASE, DROPS, NOTES, Fleet

REASON = "notes for everybody"


@pytest.fixture
async def fleet(world: World) -> Fleet:
    fleet = await Fleet.of(world, 21)
    world.schema.now.append(NOTES)
    return fleet


async def begin(world: World, *, first: str | None = None) -> Run:
    started = await world.control.upgrades.request(OPERATOR, reason=REASON, first=first)
    assert isinstance(started, Started)
    return started.run


async def ask(world: World) -> Approval:
    asked = await world.control.upgrades.request(OPERATOR, reason=REASON, ask_second=True)
    assert isinstance(asked, Approval)
    return asked


async def members(world: World, run: Run, state: MemberState) -> dict[str, int]:
    async with world.records.transaction() as tx:
        return {one.subdomain: one.ring for one in await tx.fleet.members(run.run_id, states=[state])}


async def test_reaches_all_in_rings_of_one_a_tenth_and_the_others(fleet: Fleet, worker: FakeWorker) -> None:
    run = await worker.finish((await begin(fleet.world)).run_id)

    assert run.state is RunState.SUCCEEDED
    assert [step.detail for step in run.steps] == [
        "21 tenants: 1, 3, 17",
        "1 upgraded",
        "3 upgraded",
        "17 upgraded",
    ]
    assert fleet.upgraded() == set(fleet.databases)
    assert (await fleet.tenant("tenant-07")).schema_version == NOTES.version
    page = await fleet.world.control.audit.show(VIEWER, subdomain="tenant-07")
    assert [(row.action, row.run_id, row.reason) for row in page.entries] == [
        ("fleet.upgraded", run.run_id, REASON)
    ]


async def test_who_is_named_goes_first(fleet: Fleet, worker: FakeWorker) -> None:
    run = await begin(fleet.world, first="tenant-13")
    fleet.databases["tenant-13"].refuses[NOTES.version] = "it does not go in"

    await worker.finish(run.run_id)

    assert fleet.upgraded() == set()
    assert (await members(fleet.world, run, MemberState.FAILED)) == {"tenant-13": 1}


async def test_the_first_failure_stops_it_and_names_tenant_and_statement(
    fleet: Fleet, worker: FakeWorker
) -> None:
    fleet.databases["tenant-02"].refuses[NOTES.version] = "x.sql, line 2: no such thing in `alter table x`"

    run = await worker.finish((await begin(fleet.world)).run_id)

    assert run.state is RunState.WAITING
    assert run.error is not None
    assert "tenant-02: x.sql, line 2: no such thing in `alter table x`." in run.error.message
    assert "fleet pin tenant-02" in run.error.message
    assert [step.state for step in run.steps][-1] is StepState.PENDING
    assert len(fleet.upgraded()) < 4
    status = await fleet.world.control.fleet.status(VIEWER)
    assert [one.subdomain for one in status.failed] == ["tenant-02"]
    assert status.behind == 21 - len(fleet.upgraded())


async def test_a_retry_goes_on_and_those_that_are_done_are_left_alone(
    fleet: Fleet, worker: FakeWorker
) -> None:
    fleet.databases["tenant-02"].refuses[NOTES.version] = "it does not go in"
    run = await worker.finish((await begin(fleet.world)).run_id)
    fleet.databases["tenant-02"].refuses.clear()
    for name in fleet.upgraded():
        fleet.databases[name].refuses[NOTES.version] = "nobody asks it again"
        fleet.databases[name].versions.remove(NOTES.version)

    run = await worker.retry(run.run_id)

    assert run.state is RunState.SUCCEEDED
    assert await members(fleet.world, run, MemberState.FAILED) == {}


async def test_a_pinned_tenant_is_left_out_also_when_it_is_pinned_meanwhile(
    fleet: Fleet, worker: FakeWorker
) -> None:
    control = fleet.world.control
    await control.fleet.pin(OPERATOR, "tenant-05", reason="their own report reads it")
    fleet.databases["tenant-02"].refuses[NOTES.version] = "it does not go in"
    run = await worker.finish((await begin(fleet.world)).run_id)
    await control.fleet.pin(OPERATOR, "tenant-02", reason="looked at tomorrow")

    run = await worker.retry(run.run_id)

    assert run.state is RunState.SUCCEEDED
    assert set(fleet.databases) - fleet.upgraded() == {"tenant-02", "tenant-05"}
    status = await control.fleet.status(VIEWER)
    assert {one.subdomain: one.pinned_reason for one in status.pinned} == {
        "tenant-02": "looked at tomorrow",
        "tenant-05": "their own report reads it",
    }
    assert status.behind == 0
    assert (await control.upgrades.request(OPERATOR, reason=REASON)) is None
    await control.fleet.unpin(OPERATOR, "tenant-05")
    again = await worker.finish((await begin(fleet.world)).run_id)
    assert again.steps[0].detail == "1 tenants: 1, 0, 0"
    assert "tenant-05" in fleet.upgraded()


async def test_a_suspended_tenant_goes_along_and_stays_suspended(fleet: Fleet, worker: FakeWorker) -> None:
    async with fleet.world.records.transaction() as tx:
        await tx.tenants.suspend("tenant-03", reason="not paid", by="operator")

    await worker.finish((await begin(fleet.world)).run_id)

    tenant = await fleet.tenant("tenant-03")
    assert (tenant.state, tenant.schema_version) == (TenantState.SUSPENDED, NOTES.version)


async def test_who_comes_or_goes_by_a_run_of_its_own_is_left_out(fleet: Fleet, worker: FakeWorker) -> None:
    asked = await fleet.world.control.approvals.request_deprovision(
        OPERATOR, "tenant-04", confirm="tenant-04", reason="contract over"
    )
    await fleet.world.control.approvals.approve(APPROVER, asked.approval_id)

    run = await worker.finish((await begin(fleet.world)).run_id)

    assert run.state is RunState.SUCCEEDED
    assert run.steps[0].detail == "20 tenants: 1, 2, 17"
    assert "tenant-04" not in fleet.upgraded()


async def test_a_lock_that_passes_is_waited_for_and_one_that_stays_stops_it(
    fleet: Fleet, worker: FakeWorker
) -> None:
    locked = Transient("Somebody else holds what it needs.", code="locked")
    fleet.world.wire.fail("database.apply_schema", locked, locked)
    run = await worker.finish((await begin(fleet.world, first="tenant-00")).run_id)
    assert run.state is RunState.SUCCEEDED


async def test_a_dry_run_shows_every_statement_and_changes_nothing(fleet: Fleet) -> None:
    fleet.world.schema.now.append(DROPS)

    plan = await fleet.world.control.upgrades.plan(OPERATOR)

    assert [(file.label, file.may_destroy) for file in plan.files] == [
        ("20261125000001_notes.sql", False),
        ("20261126000001_drops.sql", True),
    ]
    assert (plan.ready, plan.tenants, [*plan.rings.values()]) == (True, 21, [1, 3, 17])
    assert fleet.upgraded() == set()
    assert fleet.world.records.tables.runs == {}


async def test_a_schema_that_an_empty_database_refuses_reaches_nobody(fleet: Fleet) -> None:
    fleet.world.trials.refuses[NOTES.version] = "notes.sql, line 1: syntax error"
    with pytest.raises(Refused, match=r"empty database: notes\.sql, line 1: syntax error"):
        await begin(fleet.world)
    assert not (await fleet.world.control.upgrades.plan(OPERATOR)).ready


async def test_a_trial_that_can_not_be_made_is_said_and_stops_nobody(
    fleet: Fleet, worker: FakeWorker
) -> None:
    fleet.world.wire.fail("trials.fingerprint", Permanent("No database may be made there."), times=2)
    assert "Not tried on an empty database" in (await fleet.world.control.upgrades.plan(OPERATOR)).trial
    assert (await worker.finish((await begin(fleet.world)).run_id)).state is RunState.SUCCEEDED


@pytest.mark.parametrize("sql", ["begin; create table x (id int)", "create function f() as $$"])
async def test_what_cannot_be_one_transaction_is_refused(fleet: Fleet, sql: str) -> None:
    fleet.world.schema.now.append(SchemaFile("20261127000001", "bad", sql))
    with pytest.raises(Refused, match=r"20261127000001_bad\.sql, line 1"):
        await begin(fleet.world)


async def test_without_a_second_person_nothing_is_destroyed(fleet: Fleet, worker: FakeWorker) -> None:
    fleet.world.schema.now.append(DROPS)
    asked = await fleet.world.control.upgrades.request(OPERATOR, reason=REASON)
    assert isinstance(asked, Approval)
    assert asked.facts["destructive"] == [
        "20261126000001_drops.sql, line 1: alter table public.notes drop column id"
    ]
    with pytest.raises(Refused, match="somebody else has to approve"):
        await fleet.world.control.approvals.approve(replace(OPERATOR, role=Role.APPROVER), asked.approval_id)
    decided = await fleet.world.control.approvals.approve(APPROVER, asked.approval_id)
    assert decided.run_id is not None

    run = await worker.finish(decided.run_id)

    assert run.state is RunState.SUCCEEDED
    assert run.requested_by == OPERATOR.label
    assert len(fleet.world.backups.proved) == 21
    assert fleet.upgraded() == set(fleet.databases)


async def test_a_backup_that_can_not_be_proved_spares_the_tenant(fleet: Fleet, worker: FakeWorker) -> None:
    fleet.world.schema.now.append(DROPS)
    asked = await fleet.world.control.upgrades.request(OPERATOR, reason=REASON, first="tenant-00")
    assert isinstance(asked, Approval)
    folder = f"backups/tenant-00-{fleet.world.clock.now():%Y%m%d}"
    fleet.world.backups.damage[folder] = "users has other rows"
    decided = await fleet.world.control.approvals.approve(APPROVER, asked.approval_id)
    assert decided.run_id is not None

    run = await worker.finish(decided.run_id)

    assert run.error is not None
    assert "tenant-00 was not changed: users has other rows" in run.error.message
    assert fleet.upgraded() == set()
    assert (await worker.retry(run.run_id)).state is RunState.SUCCEEDED


async def test_a_run_that_nobody_approved_destroys_nothing(fleet: Fleet, worker: FakeWorker) -> None:
    """Whoever writes a run by hand gets no further."""
    fleet.world.schema.now.append(DROPS)
    run = await begin_unapproved(fleet)
    ended = await worker.finish(run.run_id)
    assert ended.error is not None
    assert ended.error.code == "not_approved"
    assert fleet.upgraded() == set()


async def begin_unapproved(fleet: Fleet) -> Run:
    asked = await fleet.world.control.upgrades.request(OPERATOR, reason=REASON)
    assert isinstance(asked, Approval)
    run = Run(
        run_id=RunId("fleet-by-hand"),
        kind=RunKind.FLEET,
        state=RunState.QUEUED,
        subdomain=FLEET,
        requested_by="nobody",
        created_at=fleet.world.clock.now(),
        request=dict(asked.request),
        steps=FLEET_UPGRADE.views({}),
    )
    async with fleet.world.records.transaction() as tx:
        await tx.runs.create(run, tenant_id=None, request_hash="fake")
        await tx.legs.enqueue(run.run_id, run.leg)
    return run


async def test_slack_asks_a_second_person_for_every_change(fleet: Fleet, worker: FakeWorker) -> None:
    asked = await ask(fleet.world)
    decided = await fleet.world.control.approvals.approve(APPROVER, asked.approval_id)
    assert decided.run_id is not None
    assert (await worker.finish(decided.run_id)).state is RunState.SUCCEEDED
    assert fleet.world.backups.proved == []


async def test_a_question_about_other_files_than_were_shown_is_void(fleet: Fleet) -> None:
    asked = await ask(fleet.world)
    fleet.world.schema.now[-1] = SchemaFile(NOTES.version, NOTES.name, NOTES.sql + " -- changed")
    with pytest.raises(Refused, match="The tenant schema has changed since"):
        await fleet.world.control.approvals.approve(APPROVER, asked.approval_id)
    assert (await fleet.world.control.approvals.find(VIEWER, "*")).state is ApprovalState.VOID


async def test_files_that_change_under_a_run_stop_it(fleet: Fleet, worker: FakeWorker) -> None:
    run = await begin(fleet.world)
    fleet.world.schema.now[-1] = SchemaFile(NOTES.version, NOTES.name, "drop table public.users")
    ended = await worker.finish(run.run_id)
    assert ended.error is not None
    assert ended.error.code == "changed"
    assert fleet.upgraded() == set()


async def test_a_lockdown_cuts_it_off_and_none_begins_in_one(fleet: Fleet, worker: FakeWorker) -> None:
    fleet.databases["tenant-02"].refuses[NOTES.version] = "it does not go in"
    run = await worker.finish((await begin(fleet.world)).run_id)
    locked = await fleet.world.control.lockdowns.request(APPROVER, reason="a leak", confirm="LOCKDOWN")
    assert isinstance(locked, Started)
    assert worker.run(run.run_id).state is RunState.CANCELLED
    with pytest.raises(Refused, match="A lockdown is in force"):
        await begin(fleet.world)


async def test_a_cancel_stops_before_the_next_tenant(fleet: Fleet, worker: FakeWorker) -> None:
    run = await begin(fleet.world)

    async def cancel() -> None:
        await fleet.world.control.runs.cancel(OPERATOR, run.run_id)

    fleet.world.wire.once_before("database.apply_schema", cancel)
    ended = await worker.finish(run.run_id)

    assert ended.state is RunState.CANCELLED
    assert len(fleet.upgraded()) == 1


async def test_asked_twice_it_is_one_run(fleet: Fleet) -> None:
    run = await begin(fleet.world)
    again = await fleet.world.control.upgrades.request(OPERATOR, reason=REASON)
    assert again == Started(run, continued=True)


async def test_only_operators_ask_and_pin(fleet: Fleet) -> None:
    for refused in (
        fleet.world.control.upgrades.request(VIEWER, reason=REASON),
        fleet.world.control.upgrades.plan(VIEWER),
        fleet.world.control.fleet.pin(VIEWER, "tenant-00", reason=REASON),
        fleet.world.control.fleet.unpin(VIEWER, "tenant-00"),
    ):
        with pytest.raises(Refused, match="needs an operator"):
            await refused
    with pytest.raises(InvalidRequest, match="reason"):
        await fleet.world.control.fleet.pin(OPERATOR, "tenant-00", reason="")


async def test_a_tenant_that_is_provisioned_meanwhile_has_the_newest(
    fleet: Fleet, worker: FakeWorker
) -> None:
    fleet.databases["tenant-02"].refuses[NOTES.version] = "it does not go in"
    await worker.finish((await begin(fleet.world)).run_id)

    await worker.provision()

    assert (await fleet.tenant("customerinc")).schema_version == NOTES.version


async def test_killed_anywhere_it_ends_with_all_upgraded_once() -> None:
    """Killed after each of its effects in turn, and entered again by the next process."""
    for effects in range(1, 300):
        world = World()
        worker = FakeWorker(world)
        fleet = await Fleet.of(world, 3)
        world.schema.now.append(NOTES)
        run = await begin(world)
        world.wire.cut_after(effects)
        was_killed = await worker.is_killed_in(run.run_id)
        ended = await worker.finish(run.run_id)
        assert (ended.kind, ended.state) == (RunKind.FLEET, RunState.SUCCEEDED), effects
        assert all(one.versions == [BASE, NOTES.version] for one in fleet.databases.values()), effects
        assert [*(await members(world, run, MemberState.DONE)).values()] == [1, 2, 3], effects
        if not was_killed:
            return
    raise AssertionError("it never got through")
