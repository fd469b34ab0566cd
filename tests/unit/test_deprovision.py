"""A tenant's end: asked by one, approved by another, undone in time, and nothing deleted that is not proved."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from provisioning.domain.actor import Actor, Role
from provisioning.domain.approval import Approval, ApprovalState
from provisioning.domain.backup import NOT_PROVED
from provisioning.domain.run import Run, RunState, StepState
from provisioning.domain.tenant import Tenant, TenantState
from provisioning.errors import InvalidRequest, Permanent, Refused, Unclear
from tests.fakes.worker import FakeWorker
from tests.fakes.world import OPERATOR, SUBDOMAIN, VIEWER, World

APPROVER = Actor(surface="test", id="approver", name="approver", role=Role.APPROVER)
EVERYTHING = Actor(surface="test", id="everything", name="everything", role=Role.APPROVER)
REASON = "the customer left"


@pytest.fixture(autouse=True)
async def provisioned(worker: FakeWorker) -> None:
    assert (await worker.provision()).state is RunState.SUCCEEDED


async def ask(
    world: World,
    actor: Actor = OPERATOR,
    *,
    confirm: str = SUBDOMAIN,
    reason: str = REASON,
    grace: str = "7d",
) -> Approval:
    return await world.control.approvals.request_deprovision(
        actor, SUBDOMAIN, confirm=confirm, reason=reason, grace=grace
    )


async def approve(worker: FakeWorker, *, grace: str = "7d") -> Run:
    asked = await ask(worker.world, grace=grace)
    decided = await worker.world.control.approvals.approve(APPROVER, asked.approval_id)
    assert decided.run_id is not None
    return await worker.finish(decided.run_id)


async def tenant(world: World) -> Tenant:
    async with world.records.transaction() as tx:
        found = await tx.tenants.find(SUBDOMAIN)
    assert found is not None
    return found


def is_alive(world: World) -> bool:
    return bool(world.tenant_projects())


async def test_asking_changes_nothing(world: World) -> None:
    asked = await ask(world)
    assert asked.state is ApprovalState.PENDING
    assert asked.run_id is None
    assert (asked.facts["users"], asked.facts["monthly_cost"]) == (1, 10.0)
    assert (await tenant(world)).is_active


async def test_suspends_at_once_and_waits_out_the_grace(world: World, worker: FakeWorker) -> None:
    run = await approve(worker)
    assert run.state is RunState.WAITING
    assert run.error is None
    assert run.waiting_for is not None
    assert run.waiting_for.until is not None
    assert run.waiting_for.until - world.clock.now() <= timedelta(days=7)
    assert "undo" in run.waiting_for.what
    assert (await tenant(world)).state is TenantState.SUSPENDED
    assert is_alive(world)
    assert not world.backups.kept


async def test_archives_proves_and_only_then_deletes(world: World, worker: FakeWorker) -> None:
    run = await approve(worker)
    run = await worker.look_again(run.run_id)
    assert run.state is RunState.SUCCEEDED
    calls = [
        name for name in world.wire.calls if name in {"backups.make", "backups.prove", "projects.delete"}
    ]
    assert calls == ["backups.make", "backups.prove", "projects.delete"]
    assert not is_alive(world)
    buried = await tenant(world)
    assert (buried.state, buried.is_active) == (TenantState.DELETED, False)
    assert buried.deleted_at is not None
    assert SUBDOMAIN not in world.platform.records
    (folder,) = world.backups.kept
    assert folder.startswith(f"archives/{SUBDOMAIN}-")
    record = world.backups.documents[f"{folder}/deletion-record.json"]
    assert (record["requested_by"], record["approved_by"]) == (OPERATOR.label, APPROVER.label)
    assert record["proof"]["ok"]


async def test_without_a_grace_it_goes_through_at_once(world: World, worker: FakeWorker) -> None:
    assert (await approve(worker, grace="0")).state is RunState.SUCCEEDED
    assert not is_alive(world)


@pytest.mark.parametrize(("grace", "seconds"), [("0", 0), ("24h", 86_400), ("7d", 7 * 86_400)])
async def test_a_grace_period_usually_lasts_as_long_as_was_asked_for(
    worker: FakeWorker, grace: str, seconds: int
) -> None:
    step = (await approve(worker, grace=grace)).steps[1]
    assert (step.title, step.typical) == ("Grace period", seconds)


async def test_keeps_the_subdomain_reserved(world: World, worker: FakeWorker) -> None:
    await approve(worker, grace="0")
    with pytest.raises(Refused, match="stays reserved"):
        await worker.request()


async def test_keeps_no_credential_of_a_deleted_tenant(world: World, worker: FakeWorker) -> None:
    await approve(worker, grace="0")
    async with world.records.transaction() as tx:
        secrets = await tx.tenants.secrets(SUBDOMAIN)
    assert (secrets.anon_key, secrets.service_key, secrets.password, secrets.database_url) == (None,) * 4


@pytest.mark.parametrize("actor", [VIEWER, OPERATOR])
async def test_lets_only_approvers_approve(world: World, actor: Actor) -> None:
    asked = await ask(world, APPROVER)
    with pytest.raises(Refused, match="needs an approver"):
        await world.control.approvals.approve(actor, asked.approval_id)


async def test_nobody_approves_what_they_asked_for(world: World) -> None:
    asked = await ask(world, EVERYTHING)
    with pytest.raises(Refused, match="somebody else has to approve") as refusal:
        await world.control.approvals.approve(EVERYTHING, asked.approval_id)
    assert refusal.value.code == "own_request"
    assert (await world.control.approvals.find(VIEWER, SUBDOMAIN)).state is ApprovalState.PENDING


async def test_nobody_approves_from_another_surface_what_they_asked_for(world: World) -> None:
    here = replace(EVERYTHING, person="slack:U0EVERYTHING")
    there = Actor(
        surface="cli", id="token:everything", name="e", role=Role.APPROVER, person="slack:U0EVERYTHING"
    )
    asked = await ask(world, here)
    with pytest.raises(Refused, match="somebody else"):
        await world.control.approvals.approve(there, asked.approval_id)


async def test_decides_once(world: World, worker: FakeWorker) -> None:
    asked = await ask(world)
    await world.control.approvals.approve(APPROVER, asked.approval_id)
    for again in (APPROVER, EVERYTHING):
        with pytest.raises(Refused, match="approved already by approver"):
            await world.control.approvals.approve(again, asked.approval_id)
    with pytest.raises(Refused, match="approved already"):
        await world.control.approvals.reject(EVERYTHING, asked.approval_id, reason="too late")


async def test_rejects_with_a_reason(world: World) -> None:
    asked = await ask(world)
    decided = await world.control.approvals.reject(APPROVER, asked.approval_id, reason="they still pay")
    assert (decided.state, decided.decision_reason) == (ApprovalState.REJECTED, "they still pay")
    with pytest.raises(Refused, match=r"rejected already by approver.*they still pay"):
        await world.control.approvals.approve(EVERYTHING, asked.approval_id)
    assert (await tenant(world)).is_active


async def test_lets_the_requester_take_it_back(world: World) -> None:
    asked = await ask(world)
    decided = await world.control.approvals.reject(OPERATOR, asked.approval_id, reason="my mistake")
    assert decided.state is ApprovalState.REJECTED


async def test_expires_on_schedule(world: World) -> None:
    asked = await ask(world)
    world.clock.jump_to(asked.expires_at)
    (expired,) = await world.control.approvals.expire()
    assert expired.state is ApprovalState.EXPIRED
    with pytest.raises(Refused, match="expired at"):
        await world.control.approvals.approve(APPROVER, asked.approval_id)


async def test_an_answer_after_the_time_is_none_even_before_the_schedule(world: World) -> None:
    asked = await ask(world)
    world.clock.jump_to(asked.expires_at)
    with pytest.raises(Refused, match="expired at"):
        await world.control.approvals.approve(APPROVER, asked.approval_id)


async def test_is_void_when_the_tenant_has_changed(world: World, worker: FakeWorker) -> None:
    asked = await ask(world)
    async with world.records.transaction() as tx:
        await tx.tenants.change_admin_email(SUBDOMAIN, "other@customer.com")
    with pytest.raises(Refused, match="void") as refusal:
        await world.control.approvals.approve(APPROVER, asked.approval_id)
    assert refusal.value.code == "void"
    assert (await world.control.approvals.find(VIEWER, asked.approval_id)).state is ApprovalState.VOID


async def test_asks_once_at_a_time(world: World) -> None:
    asked = await ask(world)
    assert (await ask(world)).approval_id == asked.approval_id
    with pytest.raises(Refused, match="already, in another way"):
        await ask(world, grace="0")


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"confirm": "customerin"}, "confirm"), ({"reason": ""}, "reason"), ({"grace": "soon"}, "grace")],
)
async def test_says_what_is_wrong_with_a_question(world: World, fields: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidRequest) as fault:
        await ask(world, OPERATOR, **fields)
    assert [one.field for one in fault.value.errors] == [field]


async def test_asks_for_nothing_that_could_not_be_restored(world: World) -> None:
    bare = World(has_archive=False)
    await FakeWorker(bare).provision()
    with pytest.raises(Refused, match="ARCHIVE_URL"):
        await ask(bare)


async def test_brings_a_tenant_back_in_its_grace(world: World, worker: FakeWorker) -> None:
    run = await approve(worker)
    back = await world.control.runs.undo(OPERATOR, SUBDOMAIN)
    assert (await worker.finish(back.run_id)).state is RunState.SUCCEEDED
    assert worker.run(run.run_id).state is RunState.CANCELLED
    assert (await tenant(world)).state is TenantState.VERIFIED
    assert is_alive(world)


async def test_an_undone_end_never_comes(world: World, worker: FakeWorker) -> None:
    run = await approve(worker)
    await world.control.runs.undo(OPERATOR, SUBDOMAIN)
    for leg in (1, 2, 3):
        world.clock.jump_to(world.clock.now() + timedelta(days=30))
        assert await worker.enter(run.run_id, leg) == "moved on"
    assert is_alive(world)


async def test_a_retry_does_not_shorten_the_grace(world: World, worker: FakeWorker) -> None:
    run = await approve(worker)
    assert (await worker.retry(run.run_id)).state is RunState.WAITING
    assert is_alive(world)


async def test_cancelling_names_undo(world: World, worker: FakeWorker) -> None:
    await approve(worker)
    with pytest.raises(Refused, match="undo"):
        await world.control.runs.cancel(OPERATOR, SUBDOMAIN)


async def test_undo_comes_too_late_once_the_project_goes(world: World, worker: FakeWorker) -> None:
    world.wire.fail("projects.delete", Permanent("Supabase refuses."))
    run = await approve(worker, grace="0")
    assert run.state is RunState.WAITING
    with pytest.raises(Refused, match="too late"):
        await world.control.runs.undo(OPERATOR, SUBDOMAIN)


Damage = Callable[[World], Awaitable[None]]


async def _damaged(world: World) -> None:
    day = world.clock.now()
    world.backups.damage[f"backups/{SUBDOMAIN}-{day:%Y%m%d}"] = "public.users: 1 row instead of 2"


async def _holds_files(world: World) -> None:
    world.backups.not_in_dump.append("Storage objects: 3 in bucket invoices")


async def _tools_missing(world: World) -> None:
    world.backups.tools_fault = Permanent("pg_dump is older than the server; set TENANTBOT_PG_BIN.")


async def _renamed(world: World) -> None:
    project = world.project
    world.projects.alive[project.ref] = replace(project, name="Somebody's project")


@pytest.mark.parametrize("damage", [_damaged, _holds_files, _tools_missing, _renamed])
async def test_deletes_nothing_when_anything_is_wrong(
    world: World, worker: FakeWorker, damage: Damage
) -> None:
    await damage(world)
    alive = len(world.projects.alive)
    run = await approve(worker, grace="0")
    assert run.state is RunState.WAITING
    assert run.error is not None
    assert "projects.delete" not in world.wire.calls
    assert len(world.projects.alive) == alive
    assert (await tenant(world)).state is TenantState.SUSPENDED


@pytest.mark.parametrize("minutes", [1, 0, -1])
async def test_another_backup_is_made_after_an_undo_whatever_the_clock_says(
    world: World, worker: FakeWorker, minutes: int
) -> None:
    world.wire.fail("backups.prove", Permanent("The proof's server is away."))
    await approve(worker, grace="0")
    first = set(world.backups.kept)
    back = await world.control.runs.undo(OPERATOR, SUBDOMAIN)
    await worker.finish(back.run_id)
    world.database.more_rows["sales"] += 5
    world.clock.jump_to(world.clock.now() + timedelta(minutes=minutes))
    run = await approve(worker, grace="0")
    assert run.state is RunState.SUCCEEDED
    (archived,) = [folder for folder in world.backups.kept if folder.startswith("archives/")]
    assert archived.endswith("-2")
    assert first < set(world.backups.kept)


async def _stop_at_the_proof(world: World, worker: FakeWorker) -> Run:
    await _damaged(world)
    run = await approve(worker, grace="0")
    assert run.error is not None
    assert (run.error.code, run.error.step) == ("not_proved", 4)
    assert [step.state for step in run.steps[2:5]] == [
        StepState.PENDING,
        StepState.FAILED,
        StepState.PENDING,
    ]
    return run


async def test_a_retry_after_a_failed_proof_takes_another_backup(world: World, worker: FakeWorker) -> None:
    run = await _stop_at_the_proof(world, worker)
    (failed,) = world.backups.kept
    world.database.more_rows["sales"] += 5

    await world.control.runs.retry(OPERATOR, run.run_id)
    run = await worker.finish(run.run_id)

    assert run.state is RunState.SUCCEEDED
    assert set(world.backups.kept) == {failed, f"{failed.replace('backups', 'archives')}-2"}
    assert f"{failed}/{NOT_PROVED}" in world.backups.documents
    assert world.backups.proved == [f"{failed}-2"]
    assert not is_alive(world)
    archives = await world.control.restores.archives(OPERATOR)
    assert [one.folder for one in archives] == [f"{failed.replace('backups', 'archives')}-2"]


async def test_wherever_it_is_killed_nothing_is_deleted_but_for_a_proof_of_what_is_archived(
    world: World, worker: FakeWorker
) -> None:
    def is_proved(_: object) -> None:
        assert world.backups.proved == [max(world.backups.kept)]

    world.projects.at_delete = is_proved
    run = await _stop_at_the_proof(world, worker)
    leg = (await world.control.runs.retry(OPERATOR, run.run_id)).leg
    for effects in range(1, 200, 3):
        world.wire.cut_after(effects)
        if not await worker.is_killed_in(run.run_id, leg):
            break
    assert worker.run(run.run_id).state is RunState.SUCCEEDED
    assert not is_alive(world)


async def test_a_backup_that_failed_its_proof_is_not_proved_again(world: World, worker: FakeWorker) -> None:
    """Once it is marked, another try must not find it proved after all."""

    async def mend() -> None:
        world.backups.damage.clear()

    await _damaged(world)
    world.wire.once_before("backups.write", mend)
    world.wire.fail("backups.write", Unclear("The answer was lost."), after_effect=True)
    run = await approve(worker, grace="0")
    assert run.error is not None
    assert run.error.code == "not_proved"
    assert is_alive(world)


async def test_its_dns_record_goes_too() -> None:
    world = World()
    world.dns.wildcard = None
    worker = FakeWorker(world)
    assert (await worker.provision()).state is RunState.SUCCEEDED
    assert world.zone.records
    await approve(worker, grace="0")
    assert not world.zone.records


async def test_the_run_is_its_requesters_and_says_who_let_it_begin(world: World, worker: FakeWorker) -> None:
    run = await approve(worker)
    assert run.requested_by == OPERATOR.label
    actions = [row["action"] for row in world.records.tables.audit if row["subdomain"] == SUBDOMAIN][-5:]
    assert actions.count("deprovision.requested") == 1
    assert {"deprovision.approved", "deprovision.started"} <= set(actions)
    assert (await tenant(world)).suspended_by == OPERATOR.label


async def test_a_tenant_that_never_passed_its_verification_can_be_ended() -> None:
    world = World()
    worker = FakeWorker(world)
    world.app.habits.refuses_logins = True
    waiting = await worker.provision()
    assert waiting.state is RunState.WAITING
    with pytest.raises(Refused, match="deprovision"):
        await world.control.runs.rollback(OPERATOR, SUBDOMAIN)
    assert (await approve(worker, grace="0")).state is RunState.SUCCEEDED
    assert worker.run(waiting.run_id).state is RunState.CANCELLED
    assert not is_alive(world)
