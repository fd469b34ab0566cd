"""The audit log in Slack: its lines as a message, and the conversation that asks for it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.allowlist import Allowlist, Caller, Rules
from bot.app import VERBS
from bot.blocks.audit_log import audit_message
from bot.desk import Desk
from bot.listeners import audit
from bot.outbox.answers import Answers
from bot.outbox.calls import SlackCalls
from bot.people import People
from bot.visit import Request, Visit
from provisioning.control_plane.audit import AuditPage
from provisioning.domain.actor import Actor, Role
from provisioning.domain.audit import AuditRow
from provisioning.errors import Refused
from tests.block_kit import check_message, words_of
from tests.fakes.worker import FakeWorker
from tests.fakes.world import DOMAIN, World
from tests.unit.test_outbox.scripted_client import ScriptedClient

ROW = AuditRow(
    7, datetime(2026, 11, 24, 12, tzinfo=UTC), "slack", "U0OPERATOR1", "ada", "T0TASKIFAI1", "provision.requested",
    "customerinc", "run-1", "hash", "accepted", None, {}, "key", "0", "1",
)  # fmt: skip
HOSTILE = st.one_of(
    st.text(max_size=600),
    st.sampled_from(["<!channel>" * 60, "&" * 600, "<@U0BOSS> `x", "sb_secret_notreal"]),
)
ADA = Actor("slack", "U0OPERATOR1", "ada", Role.VIEWER, team="T0TASKIFAI1")


def test_a_line_says_when_who_what_about_whom_and_what_became_of_it() -> None:
    message = audit_message(AuditPage([ROW], 12), None)

    check_message(message)
    assert message.text == "Audit log: the newest 1 of 12"
    assert "<@U0OPERATOR1> provision.requested *customerinc*: accepted" in words_of(message)


def test_a_refusal_stands_out_with_its_reason() -> None:
    row = ROW._replace(surface="cli", action="retry", result="not_allowed", reason="ada is a viewer.")
    message = audit_message(AuditPage([row], 1), "customerinc")

    check_message(message)
    assert "🚫" in words_of(message)
    assert "ada (cli) retry *customerinc*: not allowed – ada is a viewer." in words_of(message)


@pytest.mark.parametrize("key", ["*", "*verification"])
def test_what_concerns_all_tenants_says_so(key: str) -> None:
    row = ROW._replace(action="lift.requested", subdomain=key)

    assert "lift.requested *all tenants*: accepted" in words_of(audit_message(AuditPage([row], 1), None))


def test_nothing_is_said_to_be_nothing() -> None:
    message = audit_message(AuditPage([], 0), "<nobody>")

    check_message(message)
    assert message.text == "The audit log has no entries about `&lt;nobody&gt;`."


@settings(max_examples=20, deadline=None)
@given(text=HOSTILE, reason=HOSTILE, surface=st.sampled_from(["slack", "cli"]))
def test_twenty_lines_of_anything_fit_and_stay_texts(text: str, reason: str, surface: str) -> None:
    row = ROW._replace(
        surface=surface, actor_id=text, actor_name=text, action=text or "x", subdomain=text, reason=reason
    )  # fmt: skip
    message = audit_message(AuditPage([row] * 20, 20), text or None)

    check_message(message)
    assert "sb_secret_notreal" not in words_of(message)


@pytest.fixture
async def desk(world: World) -> Desk:
    client = ScriptedClient()
    calls = SlackCalls(client, clock=world.clock)
    people = People(calls, clock=world.clock)
    return Desk(
        control=world.control,
        calls=calls,
        answers=Answers(client, clock=world.clock),
        allowlist=Allowlist(people, Rules(), team="T0TASKIFAI1"),
        clock=world.clock,
        ops_channel="C0OPS000001",
        domain=DOMAIN,
        choices=await world.control.plans.choices(),
    )


def visit(actor: Actor, value: str) -> Visit:
    caller = Caller(actor.id, actor.team, None, "C0OPS000001")
    return Visit(actor, Request(caller, None, "message", value, "", None, {}))


async def test_a_viewer_asks_about_one_tenant_or_all(desk: Desk, world: World, worker: FakeWorker) -> None:
    await worker.provision()

    assert (await audit.show(desk, visit(ADA, ""))).text == "Audit log: the newest 2 of 2"
    about = await audit.show(desk, visit(ADA, f"customerinc.{DOMAIN}"))
    assert about.text == "Audit log about `customerinc`: the newest 2 of 2"
    assert "no entries" in (await audit.show(desk, visit(ADA, "nobody"))).text


async def test_who_is_on_no_list_sees_nothing(desk: Desk) -> None:
    with pytest.raises(Refused, match="audit needs a viewer"):
        await audit.show(desk, visit(replace(ADA, role=None), ""))


def test_the_help_names_it() -> None:
    assert VERBS["audit"].act is audit.show


def test_a_day_stands_once_above_its_lines() -> None:
    before = ROW._replace(at=ROW.at - timedelta(days=1), action="provision.succeeded", result="succeeded")
    message = audit_message(AuditPage([ROW, ROW, before], 3), None)

    check_message(message)
    words = words_of(message)
    assert words.count("2026-11-24>") == words.count("2026-11-23>") == 1
    assert "provision.succeeded *customerinc*\n" in f"{words}\n"
