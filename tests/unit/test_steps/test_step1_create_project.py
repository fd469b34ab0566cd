"""Step 1: one project, whatever happens to the answer."""

import re
from datetime import timedelta

import pytest

from provisioning.domain.project import LONGEST_NAME, project_name
from provisioning.domain.secret import Secret
from provisioning.errors import Permanent, Transient, Unclear
from provisioning.provision.step1_create_project import create_project, delete_project
from provisioning.registry import ProjectIntent
from tests.fakes.stage import Stage, set_stage
from tests.fakes.world import SUBDOMAIN, World, world_with

ANSWER_LOST = Unclear("The answer was lost.")


@pytest.fixture
async def stage(world: World) -> Stage:
    return await set_stage(world, step=1)


async def test_creates_a_project_and_stores_all_that_later_steps_need(world: World, stage: Stage) -> None:
    project = await create_project.act(stage.at, stage.request)

    made = world.project
    assert (project.ref, project.region) == (made.ref, "eu-west-1")
    assert project.url == f"https://{made.ref}.supabase.co"
    assert re.fullmatch(r"TaskifAI - Customer Inc \([0-9a-f]{8}\)", made.name)
    assert project.address == made.address
    opened = {
        "project_password": (project.password, made.password),
        "anon_key": (project.anon_key, made.keys.anon),
        "service_key": (project.service_key, made.keys.service),
    }
    for field, (sealed, secret) in opened.items():
        assert world.vault.open(sealed, subdomain=SUBDOMAIN, field=field) == secret
    async with world.records.transaction() as tx:
        stored = await tx.tenants.secrets(SUBDOMAIN)
    assert (stored.password, stored.anon_key, stored.service_key) == (
        project.password,
        project.anon_key,
        project.service_key,
    )
    assert stored.address == made.address
    assert stored.database_url is not None
    url = world.vault.open(stored.database_url, subdomain=SUBDOMAIN, field="database_url")
    assert url == Secret(project.url)
    assert (await stage.tenant()).project_ref == made.ref


async def test_entered_twice_there_is_one_project(world: World, stage: Stage) -> None:
    first = await create_project.act(stage.at, stage.request)
    second = await create_project.act(stage.at, stage.request)

    assert (first.ref, first.password, first.address) == (second.ref, second.password, second.address)
    assert world.projects.create_calls == 1


async def test_intent_and_sealed_password_are_stored_before_the_call(world: World, stage: Stage) -> None:
    seen: list[ProjectIntent] = []

    async def look(name: str, password: Secret, region: str) -> None:
        async with world.records.transaction() as tx:
            intent = await tx.tenants.project_intent(SUBDOMAIN)
        assert intent is not None
        seen.append(intent)
        assert intent.requested
        assert intent.ref is None
        assert intent.name == name
        opened = world.vault.open(intent.password, subdomain=SUBDOMAIN, field="project_password")
        assert opened == password
        assert re.fullmatch(r"[A-Za-z0-9]{32}", password.reveal())
        assert password.reveal() not in intent.password
        assert region == stage.request.region

    world.projects.at_create = look

    await create_project.act(stage.at, stage.request)

    assert len(seen) == 1


async def test_a_project_whose_answer_was_lost_is_adopted(world: World, stage: Stage) -> None:
    world.wire.fail("projects.create", ANSWER_LOST, after_effect=True)
    with pytest.raises(Unclear):
        await create_project.act(stage.at, stage.request)

    project = await create_project.act(stage.at, stage.request)

    assert world.projects.create_calls == 1
    assert project.ref == world.project.ref


async def test_a_project_that_is_listed_late_is_adopted(world: World, stage: Stage) -> None:
    world.projects.seconds_to_be_listed = 20
    world.wire.fail("projects.create", ANSWER_LOST, after_effect=True)
    with pytest.raises(Unclear):
        await create_project.act(stage.at, stage.request)

    project = await create_project.act(stage.at, stage.request)

    assert world.projects.create_calls == 1
    assert project.ref == world.project.ref


async def test_a_project_that_is_not_there_after_30_seconds_is_asked_for_again(
    world: World, stage: Stage
) -> None:
    world.wire.fail("projects.create", ANSWER_LOST)
    with pytest.raises(Unclear):
        await create_project.act(stage.at, stage.request)
    looked_from = world.clock.monotonic()

    await create_project.act(stage.at, stage.request)

    assert 20 <= world.clock.monotonic() - looked_from <= 31
    assert world.projects.create_calls == 1
    assert len(world.tenant_projects()) == 1


async def test_while_supabase_can_not_be_asked_for_it_it_is_not_asked_again(
    world: World, stage: Stage
) -> None:
    """A project may be there while the listing fails: asking for another one would make two."""
    world.wire.fail("projects.create", ANSWER_LOST, after_effect=True)
    with pytest.raises(Unclear):
        await create_project.act(stage.at, stage.request)
    world.wire.fail("projects.find_by_name", Transient("The listing is away."), times=100)

    with pytest.raises(Transient):
        await create_project.act(stage.at, stage.request)

    assert world.projects.create_calls == 1


async def test_a_second_project_is_named_with_its_cost(world: World, stage: Stage) -> None:
    world.wire.fail("projects.create", ANSWER_LOST, after_effect=True)
    with pytest.raises(Unclear):
        await create_project.act(stage.at, stage.request)
    second = world.projects.make(world.project.name, password=Secret("fake"))
    first = world.projects.made[-2]

    project = await create_project.act(stage.at, stage.request)

    assert project.ref == first.ref
    (note,) = [note for note in stage.notes if second.ref in note]
    assert "10 USD a month" in note
    assert "tenantbot orphans" in note


async def test_a_project_made_late_by_a_frozen_process_does_not_replace_the_one_in_use(
    world: World, stage: Stage
) -> None:
    """Else the registry names a project that is not in use, and the one in use is listed as a second one."""

    async def another_process() -> None:
        stage.project = await create_project.act(stage.at, stage.request)

    world.wire.once_before("projects.create", another_process)

    await create_project.act(stage.at, stage.request)

    assert (await stage.tenant()).project_ref == stage.project.ref


async def test_a_clear_no_leaves_nothing_requested(world: World, stage: Stage) -> None:
    world.projects.quota = len(world.projects.alive)

    with pytest.raises(Permanent) as refusal:
        await create_project.act(stage.at, stage.request)

    assert refusal.value.code == "quota"
    async with world.records.transaction() as tx:
        intent = await tx.tenants.project_intent(SUBDOMAIN)
    assert intent is not None
    assert not intent.requested
    assert world.tenant_projects() == []


async def test_after_a_clear_no_it_is_asked_again_without_looking(world: World, stage: Stage) -> None:
    world.wire.fail("projects.create", Transient("Too many requests.", retry_after=5))
    with pytest.raises(Transient):
        await create_project.act(stage.at, stage.request)

    await create_project.act(stage.at, stage.request)

    assert "projects.find_by_name" not in world.wire.calls
    assert world.clock.sleeps == []


async def test_a_free_organization_is_refused(world: World, stage: Stage) -> None:
    world.projects.plan = "free"

    with pytest.raises(Permanent) as refusal:
        await create_project.act(stage.at, stage.request)

    assert refusal.value.code == "free_plan"
    assert "SUPABASE_ALLOW_FREE_PLAN" in refusal.value.message
    assert world.projects.create_calls == 0


async def test_a_free_organization_may_be_allowed() -> None:
    world = world_with(allow_free_plan=True)
    world.projects.plan = "free"
    stage = await set_stage(world, step=1)

    await create_project.act(stage.at, stage.request)

    assert len(world.tenant_projects()) == 1


@pytest.mark.parametrize(
    "word", ["GOING_DOWN", "INIT_FAILED", "REMOVED", "INACTIVE", "PAUSE_FAILED", "RESTORE_FAILED"]
)
async def test_a_project_that_will_not_come_up_is_not_waited_for(
    world: World, stage: Stage, word: str
) -> None:
    world.projects.status_words.extend(["COMING_UP", word])

    with pytest.raises(Permanent, match=word):
        await create_project.act(stage.at, stage.request)

    assert world.clock.monotonic() < 5


async def test_a_status_that_is_not_known_yet_is_waited_for(world: World, stage: Stage) -> None:
    world.projects.status_words.extend(["UNKNOWN", "A_WORD_OF_NEXT_YEAR", "COMING_UP"])

    await create_project.act(stage.at, stage.request)

    assert world.clock.monotonic() > 0


async def test_says_what_it_waits_for(world: World, stage: Stage) -> None:
    await create_project.act(stage.at, stage.request)

    assert stage.notes == [f"{world.project.ref}: waiting until every service is healthy"]


async def test_a_project_that_never_comes_up_is_given_up_after_ten_minutes(
    world: World, stage: Stage
) -> None:
    world.projects.seconds_to_come_up = 3600

    with pytest.raises(Transient, match="still COMING_UP after 10 minutes"):
        await create_project.act(stage.at, stage.request)

    assert 580 <= world.clock.monotonic() <= 600


async def test_a_service_that_never_gets_healthy_is_named(world: World, stage: Stage) -> None:
    world.projects.sick_services["storage"] = "UNHEALTHY"

    with pytest.raises(Transient, match="storage is UNHEALTHY"):
        await create_project.act(stage.at, stage.request)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("projects.keys", "no API keys yet"),
        ("projects.address", "no pooler yet"),
        ("databases.open", "does not let us into"),
    ],
)
async def test_what_is_ready_later_than_the_project_is_waited_for_and_named(
    world: World, stage: Stage, call: str, words: str
) -> None:
    world.wire.fail(call, Transient("Not ready yet.", code="not_ready"), times=3)
    await create_project.act(stage.at, stage.request)

    world.wire.fail(call, Transient("Not ready yet.", code="not_ready"), times=1000)
    with pytest.raises(Transient, match=words):
        await create_project.act(stage.at, stage.request)


async def test_deadlines_count_from_the_first_try(world: World, stage: Stage) -> None:
    stage.began_at = world.clock.now() - timedelta(minutes=9, seconds=55)
    world.projects.seconds_to_come_up = 60

    with pytest.raises(Transient, match="still COMING_UP"):
        await create_project.act(stage.at, stage.request)

    assert world.clock.monotonic() <= 5


@pytest.mark.parametrize("length", [1, 233, 234, 255])
def test_a_long_company_is_cut_and_the_nonce_is_kept(length: int) -> None:
    name = project_name("x" * length, "0123abcd")

    assert len(name) <= LONGEST_NAME
    assert name.startswith("TaskifAI - x")
    assert name.endswith(" (0123abcd)")


async def test_a_company_of_255_characters_gets_its_project(world: World) -> None:
    stage = await set_stage(world, step=1, company="x" * 255)

    await create_project.act(stage.at, stage.request)

    assert len(world.project.name) == LONGEST_NAME
    assert re.search(r"x \([0-9a-f]{8}\)$", world.project.name)


async def test_its_detail_names_project_and_region(world: World, stage: Stage) -> None:
    project = await create_project.act(stage.at, stage.request)

    assert create_project.detail(project) == f"{project.ref} in eu-west-1"


async def test_undone_twice_the_project_is_gone(world: World, stage: Stage) -> None:
    project = await create_project.act(stage.at, stage.request)

    assert await delete_project(stage.at) == f"deleted project {project.ref}"
    assert await delete_project(stage.at) == "no project was there"

    assert world.tenant_projects() == []
    async with world.records.transaction() as tx:
        intent = await tx.tenants.project_intent(SUBDOMAIN)
    assert intent is not None
    assert (intent.requested, intent.ref) == (False, None)


async def test_undone_before_it_acted_it_says_so(stage: Stage) -> None:
    assert await delete_project(stage.at) == "no project was asked for"


async def test_the_undo_deletes_every_project_of_this_run_and_no_other(world: World, stage: Stage) -> None:
    await create_project.act(stage.at, stage.request)
    world.projects.make(world.project.name, password=Secret("fake"))
    other = world.projects.make(project_name("Customer Inc", "another1"), password=Secret("fake"))

    await delete_project(stage.at)

    assert [project.ref for project in world.tenant_projects()] == [other.ref]


async def test_the_undo_finds_a_project_whose_answer_was_lost(world: World, stage: Stage) -> None:
    world.projects.seconds_to_be_listed = 20
    world.wire.fail("projects.create", ANSWER_LOST, after_effect=True)
    with pytest.raises(Unclear):
        await create_project.act(stage.at, stage.request)

    await delete_project(stage.at)

    assert world.tenant_projects() == []


async def test_the_undo_does_not_delete_what_the_customer_may_be_using(world: World) -> None:
    stage = await set_stage(world, step=7)
    world.database.more_rows["products"] = 3

    with pytest.raises(Permanent, match="3 in products") as refusal:
        await delete_project(stage.at)

    assert refusal.value.code == "has_data"
    assert len(world.tenant_projects()) == 1


async def test_the_undo_works_on_a_project_that_supabase_has_already_deleted(world: World) -> None:
    stage = await set_stage(world, step=3)
    await world.projects.delete(world.project.ref)

    assert await delete_project(stage.at) == "no project was there"
