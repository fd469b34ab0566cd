"""Step 4: our record and the platform's, of one mind."""

from uuid import UUID

import pytest

from provisioning.domain.tenant import TenantState
from provisioning.errors import Permanent, Refused, Transient, Unclear
from provisioning.provision.step4_create_tenant_record import create_tenant_record, withdraw_tenant_record
from tests.fakes.stage import Stage, set_stage
from tests.fakes.world import EMAIL, HARBOUR, SUBDOMAIN, World


@pytest.fixture
async def stage(world: World) -> Stage:
    return await set_stage(world, step=4)


async def test_publishes_the_tenant_and_takes_its_id(world: World, stage: Stage) -> None:
    record = await create_tenant_record.act(stage.at, stage.request, stage.project)

    published = world.platform.records[SUBDOMAIN]
    assert record.tenant_id == UUID(published.tenant_id)
    assert record.published
    assert record.access_url == f"https://{SUBDOMAIN}.taskifai.test"
    tenant = await stage.tenant()
    assert tenant.tenant_id == record.tenant_id
    assert (tenant.is_active, tenant.state) == (True, TenantState.UNVERIFIED)
    assert tenant.platform_tenant_id == published.tenant_id


async def test_publishes_what_the_guide_asks_for(world: World, stage: Stage) -> None:
    await create_tenant_record.act(stage.at, stage.request, stage.project)

    sent, project = world.platform.credentials[SUBDOMAIN], world.project
    assert (sent.company_name, sent.subdomain) == ("Customer Inc", SUBDOMAIN)
    assert sent.database_url == f"https://{project.ref}.supabase.co"
    assert (sent.anon_key, sent.service_key) == (project.keys.anon, project.keys.service)
    assert (sent.admin_email, sent.admin_name) == (EMAIL, "John Doe")


async def test_entered_twice_there_is_one_record(world: World, stage: Stage) -> None:
    first = await create_tenant_record.act(stage.at, stage.request, stage.project)

    assert await create_tenant_record.act(stage.at, stage.request, stage.project) == first

    assert world.platform.records.keys() == {HARBOUR, SUBDOMAIN}


async def test_a_record_whose_answer_was_lost_is_adopted(world: World, stage: Stage) -> None:
    world.wire.fail("platform.publish", Unclear("The answer was lost."), after_effect=True)
    with pytest.raises(Unclear):
        await create_tenant_record.act(stage.at, stage.request, stage.project)

    record = await create_tenant_record.act(stage.at, stage.request, stage.project)

    assert str(record.tenant_id) == world.platform.records[SUBDOMAIN].tenant_id


async def test_a_record_that_appeared_between_the_look_and_the_call_is_adopted(
    world: World, stage: Stage
) -> None:
    async def our_own_call_comes_late() -> None:
        world.platform.add(SUBDOMAIN, stage.project.url)

    world.wire.once_before("platform.publish", our_own_call_comes_late)

    record = await create_tenant_record.act(stage.at, stage.request, stage.project)

    assert str(record.tenant_id) == world.platform.records[SUBDOMAIN].tenant_id


async def test_a_record_of_another_database_stands_in_the_way(world: World, stage: Stage) -> None:
    world.platform.add(SUBDOMAIN, "https://another.supabase.co")

    with pytest.raises(Permanent, match="another database") as refusal:
        await create_tenant_record.act(stage.at, stage.request, stage.project)

    assert refusal.value.code == "published_elsewhere"
    assert not (await stage.tenant()).is_active


async def test_a_platform_that_says_taken_and_shows_nothing_is_asked_again(
    world: World, stage: Stage
) -> None:
    world.wire.fail("platform.publish", Refused("Taken.", code="taken"))

    with pytest.raises(Transient):
        await create_tenant_record.act(stage.at, stage.request, stage.project)

    assert (await create_tenant_record.act(stage.at, stage.request, stage.project)).published


async def test_where_nothing_is_published_our_own_id_stands(world: World, stage: Stage) -> None:
    world.platform.publishes = False

    record = await create_tenant_record.act(stage.at, stage.request, stage.project)

    assert not record.published
    assert world.platform.records.keys() == {HARBOUR}
    tenant = await stage.tenant()
    assert record.tenant_id == tenant.tenant_id
    assert tenant.is_active
    assert create_tenant_record.detail(record) == f"{tenant.tenant_id}, not published"


async def test_a_platform_id_that_is_no_uuid_is_kept_beside_ours(world: World, stage: Stage) -> None:
    published = world.platform.add(SUBDOMAIN, stage.project.url)
    before = (await stage.tenant()).tenant_id
    world.platform.records[SUBDOMAIN] = type(published)(
        "abc-123", SUBDOMAIN, published.database_url, is_active=True
    )

    await create_tenant_record.act(stage.at, stage.request, stage.project)

    tenant = await stage.tenant()
    assert (tenant.tenant_id, tenant.platform_tenant_id) == (before, "abc-123")


async def test_undone_twice_the_record_is_withdrawn(world: World, stage: Stage) -> None:
    await create_tenant_record.act(stage.at, stage.request, stage.project)

    assert await withdraw_tenant_record(stage.at) == "the platform deleted the tenant"
    assert await withdraw_tenant_record(stage.at) == "nothing was published"

    assert world.platform.records.keys() == {HARBOUR}
    tenant = await stage.tenant()
    assert (tenant.is_active, tenant.platform_tenant_id) == (False, None)
    assert tenant.state is TenantState.PROVISIONING


async def test_the_undo_finds_a_record_whose_answer_was_lost(world: World, stage: Stage) -> None:
    world.wire.fail("platform.publish", Unclear("The answer was lost."), after_effect=True)
    with pytest.raises(Unclear):
        await create_tenant_record.act(stage.at, stage.request, stage.project)

    await withdraw_tenant_record(stage.at)

    assert SUBDOMAIN not in world.platform.records


async def test_the_undo_leaves_a_record_that_is_not_ours(world: World, stage: Stage) -> None:
    world.platform.add(SUBDOMAIN, "https://another.supabase.co")

    assert await withdraw_tenant_record(stage.at) == "nothing was published"

    assert SUBDOMAIN in world.platform.records


async def test_where_nothing_is_published_the_undo_asks_nobody(world: World, stage: Stage) -> None:
    world.platform.publishes = False
    await create_tenant_record.act(stage.at, stage.request, stage.project)
    before = list(world.wire.calls)

    assert await withdraw_tenant_record(stage.at) == "nothing was published"

    assert not any(call.startswith("platform.") for call in world.wire.calls[len(before) :])


async def test_a_platform_that_hides_database_urls_is_served_all_the_same(world: World, stage: Stage) -> None:
    world.platform.tells_database_url = False
    first = await create_tenant_record.act(stage.at, stage.request, stage.project)
    assert await create_tenant_record.act(stage.at, stage.request, stage.project) == first

    await withdraw_tenant_record(stage.at)

    assert SUBDOMAIN not in world.platform.records
