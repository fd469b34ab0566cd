"""A leak leaves one file of evidence, and its affected admins hear of it once, after a second person's word."""

import json
from dataclasses import replace
from typing import Any

import pytest

from provisioning.domain.actor import Actor, Role
from provisioning.domain.approval import Approval, ApprovalState
from provisioning.domain.diagnosis import Diagnosis, Issue, Outcome
from provisioning.domain.run import Run, RunState
from provisioning.errors import InvalidRequest, Permanent, Refused
from provisioning.probes import LogLine
from tests.fakes.worker import FakeWorker
from tests.fakes.world import EMAIL, OPERATOR, SUBDOMAIN, VIEWER, World

NEIGHBOUR, NEIGHBOURS_ADMIN = "neighbour", "admin@neighbour-inc.com"
APPROVER = Actor("test", "approver", "approver", Role.APPROVER)


@pytest.fixture
async def world() -> World:
    """Two tenants of ours, which the platform serves from one database."""
    made = World()
    worker = FakeWorker(made)
    await worker.provision()
    await worker.provision(subdomain=NEIGHBOUR, company="Neighbour Inc", email=NEIGHBOURS_ADMIN)
    theirs = made.platform.records[NEIGHBOUR].database_url
    made.platform.records[SUBDOMAIN] = replace(made.platform.records[SUBDOMAIN], database_url=theirs)
    made.mailer.mailbox.clear()
    return made


async def diagnose(world: World, *issues: Issue) -> Diagnosis:
    return await world.control.diagnoses.diagnose(OPERATOR, SUBDOMAIN, issues=issues)


async def incident(world: World) -> dict[str, Any]:
    found = await diagnose(world)
    assert found.incident is not None
    return await world.backups.read(found.incident)


async def ask(world: World, message: str = "") -> Approval:
    return await world.control.notices.request(
        OPERATOR, SUBDOMAIN, reason="a leak was found", message=message
    )


async def send(world: World, asked: Approval) -> Run:
    approved = await world.control.approvals.approve(APPROVER, asked.approval_id)
    assert approved.run_id is not None
    return await FakeWorker(world).finish(approved.run_id)


async def test_a_leak_leaves_a_file_with_all_that_was_there(world: World) -> None:
    kept = await incident(world)

    assert kept["incident"].startswith(f"{SUBDOMAIN}-2026")
    assert [one["subdomain"] for one in kept["affected"]] == [SUBDOMAIN, NEIGHBOUR]
    assert [one["admin_email"] for one in kept["affected"]] == [EMAIL, NEIGHBOURS_ADMIN]
    assert kept["causes"][0]["code"] == "shared_database"
    assert kept["queries"][SUBDOMAIN]["log_of_24_hours"][0]["text"] == "connection authorized"
    assert kept["queries"][NEIGHBOUR]["statements_by_time"][0]["calls"] == 3
    assert {row["action"] for row in kept["audit"][SUBDOMAIN]} >= {"provision.requested"}
    assert any(probe["outcome"] == "bad" for probe in kept["probes"])


async def test_no_secret_gets_into_the_file(world: World) -> None:
    world.logs.lines = (
        LogLine("2026-12-01", "alter role postgres password 'not-a-real-one'"),
        LogLine("2026-12-01", "apikey sb_secret_fake_in_a_log"),
    )
    text = json.dumps(await incident(world))

    project = world.projects.alive[world.projects.made[1].ref]
    secrets = [project.keys.service, project.keys.anon, project.password]
    assert [one for one in secrets if one.reveal() in text] == []
    assert "not-a-real-one" not in text
    assert "sb_secret" not in text


async def test_what_can_not_be_read_is_named_in_its_place(world: World) -> None:
    world.wire.fail("logs.recent_queries", Permanent("The token lacks a permission."))

    kept = await incident(world)

    assert "not read: The token lacks a permission." in {
        kept["queries"][name]["log_of_24_hours"]
        if isinstance(kept["queries"][name]["log_of_24_hours"], str)
        else ""
        for name in (SUBDOMAIN, NEIGHBOUR)
    }


async def test_a_healthy_tenant_leaves_no_file_unless_somebody_asks_about_a_leak(world: World) -> None:
    await world.platform.repoint(
        world.platform.records[SUBDOMAIN].tenant_id, world.platform.credentials[SUBDOMAIN]
    )

    assert (await diagnose(world)).incident is None
    assert (await diagnose(world, Issue.LEAK)).incident is not None


async def test_an_archive_that_is_away_takes_nothing_from_the_diagnosis(world: World) -> None:
    world.wire.fail("backups.write", Permanent("The archive refuses."))

    found = await diagnose(world)

    assert found.incident is None
    assert found.cause is not None
    assert found.cause.code == "shared_database"
    assert (found.probes[-1].name, found.probes[-1].outcome) == ("incident", Outcome.UNKNOWN)


async def test_every_affected_admin_gets_the_notice_once(world: World) -> None:
    await diagnose(world)
    asked = await ask(world, message="We have closed the hole.")

    run = await send(world, asked)

    assert run.state is RunState.SUCCEEDED
    assert [email.to for email in world.mailer.mailbox] == [EMAIL, NEIGHBOURS_ADMIN]
    assert asked.facts["recipients"] == [EMAIL, NEIGHBOURS_ADMIN]
    assert world.mailer.mailbox[0].text == asked.facts["text"]
    assert "We have closed the hole." in world.mailer.mailbox[0].html
    assert NEIGHBOUR not in world.mailer.mailbox[0].text.lower()
    again = await send(world, await ask(world, message="Said again."))
    assert again.state is RunState.SUCCEEDED
    assert len(world.mailer.mailbox) == 2


async def test_nothing_goes_out_before_a_second_person_approves(world: World) -> None:
    await diagnose(world)
    asked = await ask(world)

    assert asked.state is ApprovalState.PENDING
    assert world.mailer.mailbox == []
    with pytest.raises(Refused, match="somebody else has to approve"):
        await world.control.approvals.approve(replace(OPERATOR, role=Role.APPROVER), asked.approval_id)


async def test_a_file_that_was_changed_since_is_not_told_of(world: World) -> None:
    found = await diagnose(world)
    asked = await ask(world)
    assert found.incident is not None
    world.backups.documents[found.incident]["affected"].pop()

    run = await send(world, asked)

    assert run.state is RunState.WAITING
    assert run.error is not None
    assert run.error.code == "changed"
    assert world.mailer.mailbox == []


async def test_without_an_incident_there_is_nothing_to_tell(world: World) -> None:
    with pytest.raises(Refused, match="No incident of customerinc is kept"):
        await ask(world)


async def test_an_incident_of_another_name_is_not_there(world: World) -> None:
    await diagnose(world)

    for name in ("no-such", "../secrets", f"{NEIGHBOUR}-20261201T090000Z"):
        with pytest.raises(Refused, match="No incident"):
            await world.control.notices.request(OPERATOR, SUBDOMAIN, reason="a leak", incident=name)


async def test_an_incident_of_a_longer_name_is_another_tenants(world: World) -> None:
    await world.backups.write(f"incidents/{SUBDOMAIN}-two-20261201T090000Z.json", {})

    with pytest.raises(Refused, match="No incident of customerinc is kept"):
        await ask(world)


async def test_a_message_without_end_is_refused(world: World) -> None:
    await diagnose(world)

    with pytest.raises(InvalidRequest, match="1000 characters at most"):
        await ask(world, message="x" * 1001)


async def test_a_viewer_may_not_ask(world: World) -> None:
    with pytest.raises(Refused, match="needs an operator"):
        await world.control.notices.request(VIEWER, SUBDOMAIN, reason="a leak was found")
