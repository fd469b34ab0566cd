"""A diagnosis in a world in which one thing is wrong: its cause is named, and nothing is changed."""

import pytest

from provisioning.domain.actor import Actor, Role
from provisioning.domain.diagnosis import Diagnosis, Issue, Outcome
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


async def test_a_viewer_may_not_open_credentials(world: World) -> None:
    with pytest.raises(Refused, match="needs an operator"):
        await world.control.diagnoses.diagnose(VIEWER, SUBDOMAIN)


async def test_a_name_that_can_be_no_subdomain_is_refused(world: World) -> None:
    with pytest.raises(Refused, match="lower-case"):
        await world.control.diagnoses.diagnose(Actor("test", "o", "o", Role.OPERATOR), "No Such")
