"""The card that asks for a tenant's end, the forms around it, and what it looks like once it is decided."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.blocks.approval_card import approval_card
from bot.blocks.ending_form import deprovision_form, read_ending, reject_form
from bot.blocks.home import home_view
from bot.blocks.kit import Message
from bot.blocks.orphan_list import orphans_message
from bot.blocks.reason_form import Switch, read_reason, reason_form
from bot.blocks.tenant_status import status_message
from provisioning.control_plane.views import FleetView, TenantView
from provisioning.domain.approval import Approval, ApprovalId, ApprovalState
from provisioning.domain.orphan import Orphan, OrphanKind
from provisioning.domain.run import RunId, RunKind
from tests.block_kit import buttons_of, check_message, check_view, words_of
from tests.unit.test_blocks.samples import ASKED_BY, NOW, TENANT, URL

ASKED = Approval(
    approval_id=ApprovalId("approval-0a1b"),
    action="deprovision",
    subdomain="customerinc",
    tenant_id=str(TENANT.tenant_id),
    request={"reason": "the customer left", "grace_seconds": 7 * 86400},
    request_hash="hash",
    tenant_print="print",
    state=ApprovalState.PENDING,
    requested_by="Operator (slack)",
    requester="slack:U0OPERATOR1",
    created_at=NOW - timedelta(minutes=5),
    expires_at=NOW + timedelta(hours=24),
    facts={
        "company": "Customer <Inc>",
        "project": "abcdefghijklmnopqrst",
        "monthly_cost": 10.0,
        "users": 12,
        "rows": 3400,
        "bytes": 12_400_000,
        "last_upload": (NOW - timedelta(days=3)).isoformat(),
    },
    origin={"surface": "slack", "user": ASKED_BY},
)


def card(**changes: Any) -> Message:
    message = approval_card(replace(ASKED, **changes), now=NOW, iteration=2)
    check_message(message)
    return message


def test_the_card_says_who_why_how_much_and_until_when() -> None:
    told = words_of(card())
    assert f"<@{ASKED_BY}> asks for the end of *Customer &lt;Inc&gt;* (`customerinc`)" in told
    for part in ("the customer left", "3400", "7 days", "2026-11-25 12:00 UTC", "10 USD a month"):
        assert part in told


@pytest.mark.parametrize(
    ("seconds", "told"), [(7 * 86400, "deleted 7 days later"), (0, "there is no grace period, and no undo")]
)
def test_the_last_question_names_the_grace_period(seconds: int, told: str) -> None:
    assert told in str(card(request={"reason": "gone", "grace_seconds": seconds}).blocks)


def test_a_deadline_names_its_day_in_the_readers_own_time() -> None:
    fleet = FleetView(tenants={}, open_runs=(), worker_alive=True)
    home = home_view(fleet, [], questions=[ASKED], may_approve=True, user_id="U0APPROVER1", now=NOW)
    for told in (words_of(card()), words_of(home)):
        assert "{date_short_pretty} {time}|2026-11-25 12:00 UTC>" in told


def test_its_buttons_carry_the_opaque_id() -> None:
    assert buttons_of(card()) == {
        "Approve": "approval_approve approval-0a1b",
        "Reject …": "approval_reject approval-0a1b",
    }


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {
                "state": ApprovalState.APPROVED,
                "decided_by": "Approver (slack)",
                "decided_at": NOW,
                "run_id": RunId("deprovision-customerinc-1"),
            },
            "*Approved* by Approver (slack)",
        ),
        (
            {"state": ApprovalState.REJECTED, "decided_by": "A", "decision_reason": "they still pay"},
            "they still pay",
        ),
        ({"state": ApprovalState.EXPIRED}, "Nobody answered in time"),
        ({"state": ApprovalState.VOID, "decision_reason": "it has changed"}, "it has changed"),
    ],
)
def test_a_decided_card_has_no_buttons(changes: dict[str, Any], told: str) -> None:
    message = card(**changes)
    assert told in words_of(message)
    assert buttons_of(message) == {}


def test_says_why_a_database_could_not_be_asked() -> None:
    assert "does not answer" in words_of(card(facts={"census": "The database does not answer."}))


def test_the_form_asks_for_the_name_the_reason_and_the_grace() -> None:
    view = deprovision_form(TENANT, grace=timedelta(days=7))
    check_view(view)
    assert view["private_metadata"] == "customerinc"
    grace = next(block for block in view["blocks"] if block.get("block_id") == "grace")["element"]
    assert grace["initial_option"]["value"] == "604800s"
    assert "7d" not in [one["value"] for one in grace["options"]]
    values = read_ending(
        {
            "state": {
                "values": {
                    "confirm": {"confirm": {"value": "customerinc"}},
                    "reason": {"reason": {"value": "left"}},
                    "grace": {"grace": {"selected_option": {"value": "0"}}},
                }
            }
        }
    )
    assert (values.confirm, values.reason, values.grace) == ("customerinc", "left", "0")


def test_rejecting_asks_why() -> None:
    view = reject_form(ASKED)
    check_view(view)
    assert view["private_metadata"] == "approval-0a1b"


@pytest.mark.parametrize("kind", [RunKind.SUSPEND, RunKind.ACTIVATE])
def test_switching_asks_why_and_knows_the_tenant_again(kind: RunKind) -> None:
    view = reason_form(Switch(kind, "customerinc"), reason="not paid")
    check_view(view)
    assert Switch.from_view(view) == Switch(kind, "customerinc")
    state = {"state": {"values": {"reason": {"reason": {"value": "not paid"}}}}}
    assert read_reason(state) == "not paid"


@pytest.mark.parametrize(
    ("user", "may_approve", "title"),
    [
        ("U0APPROVER1", True, "To approve"),
        (ASKED_BY, True, "Waiting for an approver"),
        ("U0OPERATOR2", False, "Waiting for an approver"),
    ],
)
def test_the_home_tab_asks_whoever_may_answer(user: str, may_approve: bool, title: str) -> None:
    fleet = FleetView({}, [], worker_alive=True)
    view = home_view(fleet, [], questions=[ASKED], may_approve=may_approve, user_id=user, now=NOW)
    check_view(view)
    assert title in words_of(Message("", tuple(view["blocks"])))


def test_the_status_shows_the_open_question() -> None:
    view = TenantView(TENANT, URL, None, None, ASKED)
    message = status_message(view, now=NOW, worker_alive=True)
    check_message(message)
    assert "asks for the end" in words_of(message)
    assert "Approve" in buttons_of(message)


def test_the_card_of_an_orphan_says_what_it_is_and_what_it_costs() -> None:
    facts = {
        "kind": "second project",
        "name": "TaskifAI - Customer <Inc> (0a1b2c3d)",
        "tenant": "customerinc",
        "status": "ACTIVE_HEALTHY",
        "monthly_cost": 10.0,
        "found": "customerinc uses abc",
    }
    for state in ApprovalState:
        told = words_of(
            card(action="remove_orphan", subdomain="abcdefghijklmnopqrst", facts=facts, state=state)
        )
        for part in ("removal of `abcdefghijklmnopqrst`, a second project", "Customer &lt;Inc&gt;", "10 USD"):
            assert part in told
    view = reject_form(replace(ASKED, action="remove_orphan", facts=facts))
    check_view(view)
    assert "The removal of" in words_of(view)


def test_a_tenant_made_by_hand_takes_its_projects_ref_besides() -> None:
    view = deprovision_form(replace(TENANT, imported=True, project_ref="a" * 20), grace=timedelta(days=7))
    check_view(view)
    assert "Type the ref of its project" in words_of(view)
    assert "a" * 20 in words_of(card(request={**ASKED.request, "confirm_project": "a" * 20}))
    typed = {"confirm_project": {"confirm_project": {"type": "plain_text_input", "value": "a" * 20}}}
    assert read_ending({"state": {"values": typed}}).confirm_project == "a" * 20


def test_orphans_are_listed_with_their_cost() -> None:
    one = Orphan(
        kind=OrphanKind.DNS_RECORD,
        ref="gone.taskifai.com",
        name="TaskifAI - <x>",
        subdomain="gone",
        status="active",
        monthly_cost=10.0,
        found="there is no tenant gone",
        is_ours=True,
    )
    for number in (0, 1, 23):
        message = orphans_message([one] * number)
        check_message(message)
        assert ("&lt;x&gt;" in words_of(message)) is (number > 0)
    assert "23 orphans, 230 USD a month" in words_of(message)
    assert "DNS record without tenant `gone.taskifai.com`" in words_of(message)
    assert "and 3 more" in words_of(message)
