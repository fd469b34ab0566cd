"""A diagnosis in a world in which one thing is wrong: its cause is named, and nothing is changed."""

import pytest

from provisioning.domain.actor import Actor, Role
from provisioning.domain.diagnosis import Diagnosis, Issue, Outcome, Sure
from provisioning.errors import Refused
from tests.fakes.worker import FakeWorker
from tests.fakes.world import OPERATOR, SUBDOMAIN, VIEWER, World


@pytest.fixture
async def world() -> World:
    made = World()
    await FakeWorker(made).provision()
    return made


async def diagnose(world: World, *issues: Issue) -> Diagnosis:
    return await world.control.diagnoses.diagnose(OPERATOR, SUBDOMAIN, issues=issues)


async def test_a_healthy_tenant_gets_a_clean_bill(world: World) -> None:
    found = await diagnose(world)

    assert found.healthy
    assert {probe.issue for probe in found.probes} == {*Issue}
    assert {probe.outcome for probe in found.probes} == {Outcome.OK, Outcome.SKIPPED}


async def test_only_the_chosen_issue_is_looked_into(world: World) -> None:
    found = await diagnose(world, Issue.DNS)

    assert found.issues == (Issue.DNS,)
    assert {probe.issue for probe in found.probes} == {Issue.DNS}


async def test_a_diagnosis_leaves_no_trace_in_the_tenant(world: World) -> None:
    before = dict(world.database.users)

    await diagnose(world)

    assert world.database.users == before


async def test_an_application_that_fails_altogether_is_not_taken_for_a_wrong_key(world: World) -> None:
    world.app.habits.fails_with = 500

    found = await diagnose(world)

    assert found.cause is not None
    assert [cause.code for cause in found.causes] == ["application_failing"]


async def test_a_name_that_leads_elsewhere_is_marked_where_it_was_seen(world: World) -> None:
    world.dns.addresses[f"{SUBDOMAIN}.{world.policy.domain}"] = frozenset({"203.0.113.9"})

    found = await diagnose(world, Issue.DNS)

    assert [cause.code for cause in found.causes] == ["wrong_target"]
    wrong = {probe.name for probe in found.probes if probe.outcome is Outcome.BAD}
    assert wrong == {"this_name", "authoritative_servers"}


async def test_a_question_without_an_answer_holds_nobody_up(world: World) -> None:
    world.app.silent.add(SUBDOMAIN)

    found = await diagnose(world)

    assert found.cause is not None
    assert found.cause.sure is Sure.UNCLEAR
    assert Outcome.UNKNOWN in {probe.outcome for probe in found.probes}


async def test_a_diagnosis_is_audited_with_what_it_came_to(world: World) -> None:
    del world.platform.records[SUBDOMAIN]

    await diagnose(world)

    row = world.records.tables.audit[-1]
    assert (row["action"], row["result"], row["subdomain"]) == ("diagnose", "not_at_platform", SUBDOMAIN)


async def test_a_viewer_may_not_open_credentials(world: World) -> None:
    with pytest.raises(Refused, match="needs an operator"):
        await world.control.diagnoses.diagnose(VIEWER, SUBDOMAIN)


async def test_a_name_that_can_be_no_subdomain_is_refused(world: World) -> None:
    with pytest.raises(Refused, match="lower-case"):
        await world.control.diagnoses.diagnose(Actor("test", "o", "o", Role.OPERATOR), "No Such")
