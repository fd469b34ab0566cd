"""Orphans: found with their cost by comparing the registry with the outside, and removed only by two people."""

import pytest

from provisioning.domain.approval import Approval, ApprovalState
from provisioning.domain.orphan import Orphan, OrphanKind
from provisioning.domain.project import project_name
from provisioning.domain.run import Run, RunState
from provisioning.domain.secret import Secret
from provisioning.domain.tenant import TenantState
from provisioning.errors import InvalidRequest, Refused
from tests.fakes.projects import MadeProject
from tests.fakes.worker import FakeWorker
from tests.fakes.world import OPERATOR, SUBDOMAIN, VIEWER, World
from tests.unit.test_deprovision import APPROVER

FOREIGN = project_name("Customer Inc", "0a1b2c3d")
HOST = "gone.taskifai.test"


@pytest.fixture(autouse=True)
async def provisioned(worker: FakeWorker) -> None:
    assert (await worker.provision()).state is RunState.SUCCEEDED


@pytest.fixture
async def second(world: World) -> MadeProject:
    """A second project of a tenant, made by an answer that came late."""
    return world.projects.make(world.project.name, password=Secret("fake"))


async def find(world: World, subdomain: str | None = None) -> list[Orphan]:
    return list(await world.control.orphans.find(VIEWER, subdomain))


async def ask(world: World, ref: str, *, reason: str = "nobody uses it", confirm: str = "") -> Approval:
    return await world.control.orphans.request_removal(OPERATOR, ref, reason=reason, confirm=confirm)


async def remove(worker: FakeWorker, ref: str, *, confirm: str = "") -> Run:
    asked = await ask(worker.world, ref, confirm=confirm)
    decided = await worker.world.control.approvals.approve(APPROVER, asked.approval_id)
    assert decided.run_id is not None
    return await worker.finish(decided.run_id)


async def test_without_any_nothing_is_listed(world: World) -> None:
    assert await find(world) == []


async def test_a_second_project_is_listed_with_its_cost(world: World, second: MadeProject) -> None:
    (found,) = await find(world)

    assert (found.kind, found.subdomain, found.ref) == (OrphanKind.SECOND_PROJECT, SUBDOMAIN, second.ref)
    assert (found.status, found.monthly_cost, found.is_ours) == ("ACTIVE_HEALTHY", 10, True)
    assert await find(world, "another-one") == []
    assert await find(world, SUBDOMAIN) == [found]


async def test_a_project_without_a_record_is_listed(world: World) -> None:
    made = world.projects.make(FOREIGN, password=Secret("fake"))

    (found,) = await find(world)
    assert (found.kind, found.ref, found.subdomain) == (OrphanKind.PROJECT, made.ref, None)
    assert not found.is_ours


async def test_the_project_of_a_deleted_tenant_is_listed(world: World) -> None:
    async with world.records.transaction() as tx:
        await tx.tenants.bury(SUBDOMAIN)

    (found,) = await find(world)
    assert (found.kind, found.subdomain, found.is_ours) == (OrphanKind.PROJECT, SUBDOMAIN, True)


async def test_while_a_run_has_not_chosen_its_project_none_is_an_orphan(
    world: World, worker: FakeWorker
) -> None:
    await worker.request(subdomain="another-one", company="Another")
    name = project_name("Another", "1")
    async with world.records.transaction() as tx:
        sealed = world.vault.seal(Secret("fake"), subdomain="another-one", field="project_password")
        await tx.tenants.store_project_intent("another-one", name=name, password=sealed)
    world.projects.make(name, password=Secret("fake"))

    assert await find(world) == []


async def test_a_record_without_its_project_is_listed(world: World) -> None:
    await world.projects.delete(world.project.ref)

    (found,) = await find(world)
    assert (found.kind, found.subdomain, found.monthly_cost) == (OrphanKind.RECORD, SUBDOMAIN, 0)
    await world.control.requests.verify(OPERATOR, SUBDOMAIN)
    assert await find(world) == []  # its run may be about to change that


async def test_a_dns_record_of_ours_without_a_tenant_is_listed(world: World) -> None:
    world.zone.add(HOST, "cname.platform.test", comment="tenantbot gone")
    world.zone.add("by-hand.taskifai.test", "cname.platform.test")

    (found,) = await find(world)
    assert (found.kind, found.ref, found.subdomain) == (OrphanKind.DNS_RECORD, HOST, "gone")


async def test_asking_removes_nothing(world: World, second: MadeProject) -> None:
    asked = await ask(world, second.ref)

    assert (asked.state, asked.action, asked.subdomain) == (
        ApprovalState.PENDING,
        "remove_orphan",
        second.ref,
    )
    assert (asked.facts["monthly_cost"], asked.facts["tenant"]) == (10.0, SUBDOMAIN)
    assert second.ref in world.projects.alive
    assert (await ask(world, second.ref)).approval_id == asked.approval_id


async def test_a_second_project_goes_with_two_peoples_word(
    world: World, worker: FakeWorker, second: MadeProject
) -> None:
    run = await remove(worker, second.ref)

    assert run.state is RunState.SUCCEEDED
    assert second.ref not in world.projects.alive
    assert len(world.tenant_projects()) == 1
    actions = [row["action"] for row in world.records.tables.audit]
    assert {"remove_orphan.requested", "remove_orphan.approved", "remove_orphan.succeeded"} <= set(actions)


async def test_a_dns_record_and_a_ghost_go_the_same_way(world: World, worker: FakeWorker) -> None:
    world.zone.add(HOST, "cname.platform.test", comment="tenantbot gone")
    assert (await remove(worker, HOST)).state is RunState.SUCCEEDED
    assert HOST not in world.zone.records

    ref = world.project.ref
    await world.projects.delete(ref)
    assert (await remove(worker, ref)).state is RunState.SUCCEEDED
    async with world.records.transaction() as tx:
        buried = await tx.tenants.find(SUBDOMAIN)
    assert buried is not None
    assert buried.state is TenantState.DELETED
    assert SUBDOMAIN not in world.platform.records
    assert await find(world) == []


async def test_what_has_not_our_name_goes_only_when_its_ref_is_typed(
    world: World, worker: FakeWorker
) -> None:
    made = world.projects.make(FOREIGN, password=Secret("fake"))
    for typed in ("", FOREIGN):
        with pytest.raises(Refused) as refusal:
            await ask(world, made.ref, confirm=typed)
        assert refusal.value.code == "not_ours"

    assert (await remove(worker, made.ref, confirm=made.ref)).state is RunState.SUCCEEDED
    assert made.ref not in world.projects.alive


async def test_what_is_used_is_no_orphan(world: World, second: MadeProject) -> None:
    for ref in (world.tenant_projects()[0].ref, "nobodys", second.name):
        with pytest.raises(Refused) as refusal:
            await ask(world, ref)
        assert refusal.value.code == "no_orphan"


async def test_nobody_approves_their_own_and_a_reason_is_needed(world: World, second: MadeProject) -> None:
    asked = await world.control.orphans.request_removal(APPROVER, second.ref, reason="nobody uses it")
    with pytest.raises(Refused, match="somebody else has to approve"):
        await world.control.approvals.approve(APPROVER, asked.approval_id)
    with pytest.raises(Refused, match="needs an operator"):
        await world.control.orphans.request_removal(VIEWER, second.ref, reason="nobody uses it")
    with pytest.raises(InvalidRequest):
        await ask(world, second.ref, reason="-")


async def _adopted(world: World, second: MadeProject) -> None:
    """The tenant uses this one now."""
    async with world.records.transaction() as tx:
        await tx.tenants.store_project_ref(SUBDOMAIN, None)
        await tx.tenants.store_project_ref(SUBDOMAIN, second.ref)


async def test_a_question_about_what_is_used_by_now_is_void(world: World, second: MadeProject) -> None:
    asked = await ask(world, second.ref)
    await _adopted(world, second)

    with pytest.raises(Refused, match="void"):
        await world.control.approvals.approve(APPROVER, asked.approval_id)


async def test_what_came_to_be_used_after_the_approval_stays(
    world: World, worker: FakeWorker, second: MadeProject
) -> None:
    asked = await ask(world, second.ref)
    decided = await world.control.approvals.approve(APPROVER, asked.approval_id)
    await _adopted(world, second)
    assert decided.run_id is not None
    run = await worker.finish(decided.run_id)

    assert run.error is not None
    assert run.error.code == "changed"
    assert second.ref in world.projects.alive


async def test_what_is_gone_by_then_is_removed(world: World, worker: FakeWorker, second: MadeProject) -> None:
    asked = await ask(world, second.ref)
    decided = await world.control.approvals.approve(APPROVER, asked.approval_id)
    await world.projects.delete(second.ref)
    assert decided.run_id is not None

    assert (await worker.finish(decided.run_id)).state is RunState.SUCCEEDED


async def test_the_project_in_use_is_no_orphan_after_a_frozen_process_made_one_late(
    world: World, worker: FakeWorker
) -> None:
    run_id = await worker.request(subdomain="another-one", company="Another")

    async def another_process() -> None:
        assert await worker.enter(run_id) == "succeeded"

    world.wire.once_before("projects.create", another_process)
    with pytest.raises(Exception, match=run_id):
        await worker.enter(run_id)

    async with world.records.transaction() as tx:
        tenant = await tx.tenants.find("another-one")
    assert tenant is not None
    (late,) = await find(world)
    assert late.ref != tenant.project_ref
