"""Second projects: listed with their cost, removed on a word, and nothing else ever."""

import pytest

from provisioning.domain.project import project_name
from provisioning.domain.secret import Secret
from provisioning.errors import Refused
from tests.fakes.projects import MadeProject
from tests.fakes.worker import FakeWorker
from tests.fakes.world import OPERATOR, SUBDOMAIN, VIEWER, World


@pytest.fixture
async def second(world: World, worker: FakeWorker) -> MadeProject:
    """A second project of a tenant, made by an answer that came late."""
    await worker.provision()
    return world.projects.make(world.project.name, password=Secret("fake"))


async def test_without_any_nothing_is_listed(world: World, worker: FakeWorker) -> None:
    await worker.provision()

    assert await world.control.duplicates.find(VIEWER) == []


async def test_a_second_project_is_listed_with_its_cost(world: World, second: MadeProject) -> None:
    (found,) = await world.control.duplicates.find(VIEWER)

    assert (found.subdomain, found.ref, found.name) == (SUBDOMAIN, second.ref, second.name)
    assert (found.status, found.monthly_cost) == ("ACTIVE_HEALTHY", 10)


async def test_projects_of_one_tenant_are_listed_alone(world: World, second: MadeProject) -> None:
    await FakeWorker(world).provision(subdomain="another-one", company="Another")

    (found,) = await world.control.duplicates.find(VIEWER, SUBDOMAIN)
    assert found.ref == second.ref
    assert await world.control.duplicates.find(VIEWER, "another-one") == []
    assert await world.control.duplicates.find(VIEWER, "nobody") == []


async def test_a_project_of_the_same_company_and_another_nonce_is_not_ours(
    world: World, worker: FakeWorker
) -> None:
    await worker.provision()
    world.projects.make(project_name("Customer Inc", "another1"), password=Secret("fake"))

    assert await world.control.duplicates.find(VIEWER) == []


async def test_while_a_run_has_not_chosen_its_project_none_is_a_second_one(
    world: World, worker: FakeWorker
) -> None:
    run_id = await worker.request()
    async with world.records.transaction() as tx:
        sealed = world.vault.seal(Secret("fake"), subdomain=SUBDOMAIN, field="project_password")
        await tx.tenants.store_project_intent(SUBDOMAIN, name="TaskifAI - Customer Inc (1)", password=sealed)
    world.projects.make("TaskifAI - Customer Inc (1)", password=Secret("fake"))

    assert await world.control.duplicates.find(VIEWER) == []
    assert run_id


async def test_it_is_removed_on_a_word_and_audited_before(world: World, second: MadeProject) -> None:
    first = world.tenant_projects()[0]

    removed = await world.control.duplicates.remove(OPERATOR, second.ref)

    assert removed.ref == second.ref
    assert [project.ref for project in world.tenant_projects()] == [first.ref]
    row = world.records.tables.audit[-1]
    assert (row["action"], row["subdomain"]) == ("orphans.remove", SUBDOMAIN)
    assert row["details"] == {"ref": second.ref}


async def test_the_project_in_use_is_never_removed(world: World, second: MadeProject) -> None:
    in_use = world.tenant_projects()[0]

    for ref in (in_use.ref, "nobodys", second.name):
        with pytest.raises(Refused) as refusal:
            await world.control.duplicates.remove(OPERATOR, ref)
        assert refusal.value.code == "not_a_duplicate"

    assert len(world.tenant_projects()) == 2


async def test_a_viewer_may_look_and_not_remove(world: World, second: MadeProject) -> None:
    assert len(await world.control.duplicates.find(VIEWER)) == 1

    with pytest.raises(Refused) as refusal:
        await world.control.duplicates.remove(VIEWER, second.ref)

    assert refusal.value.code == "not_allowed"
    assert len(world.tenant_projects()) == 2


async def test_the_project_in_use_is_not_a_second_one_after_a_frozen_process_made_one_late(
    world: World, worker: FakeWorker
) -> None:
    """Removing what is listed must never delete the tenant's own project."""
    run_id = await worker.request()

    async def another_process() -> None:
        assert await worker.enter(run_id) == "succeeded"

    world.wire.once_before("projects.create", another_process)
    in_use: list[str] = []
    world.wire.once_before("mailer.send", lambda: _note(in_use, world.project.ref))

    with pytest.raises(Exception, match=run_id):
        await worker.enter(run_id)

    (late,) = await world.control.duplicates.find(VIEWER)
    assert late.ref not in in_use


async def _note(where: list[str], what: str) -> None:
    where.append(what)
