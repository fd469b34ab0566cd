"""Repairs: what a diagnosis proposes and no other verb does, each verified after, each entered twice without harm."""

from dataclasses import replace

import pytest

from provisioning.domain.diagnosis import REPAIRS, FixVerb, Issue
from provisioning.domain.run import Run, RunState
from provisioning.domain.secret import Secret
from provisioning.errors import Refused
from provisioning.ports import ApiKeys
from tests.fakes.worker import FakeWorker
from tests.fakes.world import OPERATOR, SUBDOMAIN, VIEWER, World


@pytest.fixture
async def world() -> World:
    made = World()
    assert (await FakeWorker(made).provision()).state is RunState.SUCCEEDED
    return made


async def repair(world: World, fix: FixVerb) -> Run:
    started = await world.control.diagnoses.repair(OPERATOR, SUBDOMAIN, fix.value)
    return await FakeWorker(world).finish(started.run.run_id)


async def proposed(world: World) -> set[FixVerb]:
    found = await world.control.diagnoses.diagnose(OPERATOR, SUBDOMAIN)
    return {fix.verb for cause in found.causes for fix in cause.fixes}


async def is_well(world: World) -> bool:
    return (await world.control.diagnoses.diagnose(OPERATOR, SUBDOMAIN)).healthy


async def test_a_tenant_that_the_platform_lost_is_published_again(world: World) -> None:
    del world.platform.records[SUBDOMAIN]
    assert FixVerb.REPUBLISH in await proposed(world)

    run = await repair(world, FixVerb.REPUBLISH)

    assert run.state is RunState.SUCCEEDED
    assert run.steps[0].detail == "published anew: the platform had no such tenant"
    assert await is_well(world)


async def test_a_tenant_that_is_served_from_another_database_is_led_home(world: World) -> None:
    harbour = world.platform.records["harbour"].database_url
    world.platform.records[SUBDOMAIN] = replace(world.platform.records[SUBDOMAIN], database_url=harbour)
    assert FixVerb.REPUBLISH in await proposed(world)

    assert (await repair(world, FixVerb.REPUBLISH)).state is RunState.SUCCEEDED
    assert world.platform.records[SUBDOMAIN].database_url == world.projects.url(world.project.ref)


async def test_a_replaced_key_is_read_anew_and_published(world: World) -> None:
    ref, key = world.project.ref, Secret("sb_secret_fake_replaced")
    project = world.projects.alive[ref]
    world.projects.alive[ref] = replace(project, keys=ApiKeys(project.keys.anon, key, legacy=False))
    (old,) = world.projects.keys_of[ref].values()
    world.projects.keys_of[ref] = {old.key_id: replace(old, value=key)}
    assert FixVerb.READ_KEYS in await proposed(world)

    assert (await repair(world, FixVerb.READ_KEYS)).state is RunState.SUCCEEDED
    assert await is_well(world)


async def test_a_paused_project_is_restored(world: World) -> None:
    world.projects.paused.add(world.project.ref)
    assert await proposed(world) == {FixVerb.RESTORE_PROJECT}

    assert (await repair(world, FixVerb.RESTORE_PROJECT)).state is RunState.SUCCEEDED
    assert await is_well(world)


async def test_a_missing_record_is_added(world: World) -> None:
    world.dns.wildcard = None
    assert await proposed(world) == {FixVerb.ADD_RECORD}

    assert (await repair(world, FixVerb.ADD_RECORD)).state is RunState.SUCCEEDED
    found = await world.control.diagnoses.diagnose(OPERATOR, SUBDOMAIN, issues=[Issue.DNS])
    assert found.healthy


@pytest.mark.parametrize("fix", sorted(REPAIRS))
async def test_a_repair_of_what_is_well_changes_nothing(world: World, fix: FixVerb) -> None:
    before = dict(world.platform.records)

    assert (await repair(world, fix)).state is RunState.SUCCEEDED
    assert world.platform.records == before
    assert await is_well(world)


async def test_a_repair_that_does_not_help_waits_for_a_person(world: World) -> None:
    del world.platform.records[SUBDOMAIN]
    world.app.habits.refuses_logins = True

    run = await repair(world, FixVerb.REPUBLISH)

    assert run.state is RunState.WAITING
    assert run.error is not None
    assert run.error.step == 2


@pytest.mark.parametrize("fix", ["rotate", "by_hand", "", "drop everything"])
async def test_what_is_no_repair_is_refused(world: World, fix: str) -> None:
    with pytest.raises(Refused, match="is no repair"):
        await world.control.diagnoses.repair(OPERATOR, SUBDOMAIN, fix)


async def test_a_suspended_tenant_is_not_switched_on_by_a_repair(world: World) -> None:
    started = await world.control.requests.suspend(OPERATOR, SUBDOMAIN, reason="invoice not paid")
    await FakeWorker(world).finish(started.run.run_id)

    with pytest.raises(Refused, match="could not be verified"):
        await world.control.diagnoses.repair(OPERATOR, SUBDOMAIN, FixVerb.REPUBLISH)


async def test_a_viewer_may_not_repair(world: World) -> None:
    with pytest.raises(Refused, match="needs an operator"):
        await world.control.diagnoses.repair(VIEWER, SUBDOMAIN, FixVerb.REPUBLISH)


async def test_a_repair_is_audited_with_what_it_is(world: World) -> None:
    started = await world.control.diagnoses.repair(OPERATOR, SUBDOMAIN, FixVerb.REPUBLISH)

    requested = next(row for row in world.records.tables.audit if row["action"] == "repair.requested")
    assert (requested["run_id"], requested["details"]) == (started.run.run_id, {"fix": "republish"})
