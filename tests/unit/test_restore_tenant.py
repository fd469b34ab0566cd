"""A tenant made anew from its archive: in its tombstone's place or elsewhere, and undone while nobody uses it."""

import pytest

from provisioning.domain.run import RunState
from provisioning.domain.tenant import Tenant, TenantState
from provisioning.errors import InvalidRequest, Refused
from tests.fakes.worker import FakeWorker
from tests.fakes.world import EMAIL, OPERATOR, SUBDOMAIN, VIEWER, World
from tests.unit.test_deprovision import APPROVER


@pytest.fixture
async def archive(world: World, worker: FakeWorker) -> str:
    """The folder where a deleted tenant's backup rests."""
    return await end(world, worker)


async def end(world: World, worker: FakeWorker) -> str:
    await worker.provision()
    world.database.more_rows["sales"] = 7
    asked = await world.control.approvals.request_deprovision(
        OPERATOR, SUBDOMAIN, confirm=SUBDOMAIN, reason="they left", grace="0"
    )
    decided = await world.control.approvals.approve(APPROVER, asked.approval_id)
    assert decided.run_id is not None
    assert (await worker.finish(decided.run_id)).state is RunState.SUCCEEDED
    (folder,) = world.backups.kept
    return folder


async def find(world: World, subdomain: str = SUBDOMAIN) -> Tenant | None:
    async with world.records.transaction() as tx:
        return await tx.tenants.find(subdomain)


async def test_a_tenant_comes_back_with_its_data_and_its_address(
    world: World, worker: FakeWorker, archive: str
) -> None:
    mails = len(world.mailer.mailbox)
    started = await world.control.restores.as_tenant(OPERATOR, archive, SUBDOMAIN)
    run = await worker.finish(started.run.run_id)

    assert (run.state, run.verdict) == (RunState.SUCCEEDED, "verified")
    back = await find(world)
    assert back is not None
    assert (back.state, back.is_active, back.deleted_at) == (TenantState.VERIFIED, True, None)
    assert (back.company_name, back.admin_email) == ("Customer Inc", EMAIL)
    assert (back.project_ref, back.schema_version) == (world.project.ref, world.database.versions[-1])
    assert world.database.more_rows["sales"] == 7
    assert list(world.database.users) == [EMAIL]
    assert len(world.mailer.mailbox) == mails


async def test_it_keeps_its_id_where_the_platform_keeps_its_tombstone(
    world: World, worker: FakeWorker
) -> None:
    world.platform.deletes = False
    archive = await end(world, worker)
    before = await find(world)
    started = await world.control.restores.as_tenant(OPERATOR, archive, SUBDOMAIN)

    assert (await worker.finish(started.run.run_id)).state is RunState.SUCCEEDED
    back = await find(world)
    assert before is not None
    assert back is not None
    assert back.tenant_id == before.tenant_id
    assert world.platform.records[SUBDOMAIN].database_url == world.projects.url(world.project.ref)


async def test_it_comes_back_under_another_name(world: World, worker: FakeWorker, archive: str) -> None:
    started = await world.control.restores.as_tenant(OPERATOR, archive, "customer-again")

    assert (await worker.finish(started.run.run_id)).state is RunState.SUCCEEDED
    back, buried = await find(world, "customer-again"), await find(world)
    assert back is not None
    assert buried is not None
    assert (back.company_name, back.state) == ("Customer Inc", TenantState.VERIFIED)
    assert buried.state is TenantState.DELETED


@pytest.mark.parametrize("subdomain", [SUBDOMAIN, "customer-again"])
async def test_rolled_back_all_is_as_it_was(
    world: World, worker: FakeWorker, archive: str, subdomain: str
) -> None:
    before = await find(world, subdomain)
    world.app.habits.refuses_logins = True
    started = await world.control.restores.as_tenant(OPERATOR, archive, subdomain)
    assert (await worker.finish(started.run.run_id)).error is not None

    assert (await worker.roll_back(started.run.run_id)).state is RunState.ROLLED_BACK
    assert await find(world, subdomain) == before
    assert not world.tenant_projects()
    assert subdomain not in world.platform.records
    assert archive in world.backups.kept


async def test_it_is_not_rolled_back_once_somebody_has_used_it(
    world: World, worker: FakeWorker, archive: str
) -> None:
    world.app.habits.refuses_logins = True
    started = await world.control.restores.as_tenant(OPERATOR, archive, SUBDOMAIN)
    await worker.finish(started.run.run_id)
    world.database.more_rows["sales"] += 1

    run = await worker.roll_back(started.run.run_id)

    assert run.error is not None
    assert run.error.code == "has_data"
    assert world.tenant_projects()
    assert world.platform.records[SUBDOMAIN].is_active


async def test_what_is_not_equal_is_not_served(world: World, worker: FakeWorker, archive: str) -> None:
    world.backups.damage[archive] = "public.users: 1 row instead of 2"
    started = await world.control.restores.as_tenant(OPERATOR, archive, SUBDOMAIN)
    run = await worker.finish(started.run.run_id)

    assert run.error is not None
    assert (run.error.code, run.error.step) == ("not_equal", 2)
    assert SUBDOMAIN not in world.platform.records
    assert (await worker.roll_back(run.run_id)).state is RunState.ROLLED_BACK
    assert not world.tenant_projects()


async def test_cancelled_before_anything_was_made_the_tombstone_is_back(world: World, archive: str) -> None:
    before = await find(world)
    started = await world.control.restores.as_tenant(OPERATOR, archive, SUBDOMAIN)
    await world.control.runs.cancel(OPERATOR, started.run.run_id)

    assert await find(world) == before


async def test_a_killed_restore_makes_one_project(world: World, worker: FakeWorker, archive: str) -> None:
    started = await world.control.restores.as_tenant(OPERATOR, archive, SUBDOMAIN)
    for effects in range(1, 200, 7):
        world.wire.cut_after(effects)
        if not await worker.is_killed_in(started.run.run_id):
            break
    run = worker.run(started.run.run_id)
    assert run.state is RunState.SUCCEEDED
    assert len(world.tenant_projects()) == 1


async def test_asked_twice_it_is_one_run(world: World, archive: str) -> None:
    first = await world.control.restores.as_tenant(OPERATOR, archive, SUBDOMAIN)
    again = await world.control.restores.as_tenant(OPERATOR, archive, SUBDOMAIN)

    assert (again.run.run_id, again.continued) == (first.run.run_id, True)


async def test_a_subdomain_of_somebody_else_is_refused(
    world: World, worker: FakeWorker, archive: str
) -> None:
    await worker.finish(await worker.request(subdomain="another-one", company="Another"))
    for _ in ("living", "buried"):
        with pytest.raises(Refused) as refusal:
            await world.control.restores.as_tenant(OPERATOR, archive, "another-one")
        assert refusal.value.code == "taken"
        async with world.records.transaction() as tx:
            await tx.tenants.bury("another-one")


async def test_a_viewer_may_not_and_a_wrong_name_is_told(world: World, archive: str) -> None:
    with pytest.raises(Refused, match="needs an operator"):
        await world.control.restores.as_tenant(VIEWER, archive, SUBDOMAIN)
    with pytest.raises(InvalidRequest):
        await world.control.restores.as_tenant(OPERATOR, archive, "No Name")
    with pytest.raises(Refused, match="has no backup"):
        await world.control.restores.as_tenant(OPERATOR, "archives/nobody-20261124", SUBDOMAIN)


async def test_a_backup_that_nobody_knows_is_refused(world: World, archive: str) -> None:
    del world.backups.documents[f"{archive}/deletion-record.json"]
    world.backups.documents[f"{archive}/manifest.json"]["project_ref"] = "someothers"
    with pytest.raises(Refused, match="whose backup this is"):
        await world.control.restores.as_tenant(OPERATOR, archive, "customer-again")


async def test_without_an_archive_there_is_nothing_to_restore(world: World) -> None:
    bare = World(has_archive=False)
    with pytest.raises(Refused, match="ARCHIVE_URL"):
        await bare.control.restores.as_tenant(OPERATOR, "archives/x-20261124", SUBDOMAIN)
