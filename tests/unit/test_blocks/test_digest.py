"""The digest's message: what waits comes first, long lists are cut, and it always fits into one message."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from bot.blocks.addressing import address
from bot.blocks.digest import alt_text, digest_message
from provisioning.domain.audit import Head
from provisioning.domain.digest import (
    MOST,
    Digest,
    DigestFacts,
    DueDeletion,
    Listing,
    NewTenant,
    PendingApproval,
    SlowStep,
    SuspendedTenant,
    Verdict,
    WaitingRun,
)
from provisioning.domain.run import RunId
from provisioning.domain.tenant import TenantState
from tests.block_kit import check_message

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
LONG = "x" * 250


def full(total: int = 4000, name: str = "a" * 50) -> Digest:
    """Everything there is to say, much of it, and all of it long."""
    each = range(MOST)
    facts = DigestFacts(
        tenants={TenantState.VERIFIED: total, TenantState.SUSPENDED: 12},
        projects=total,
        new=Listing(total, tuple(NewTenant(name, LONG, NOW) for _ in each)),
        gone=3,
        suspended=Listing(total, tuple(SuspendedTenant(name, LONG, LONG, NOW) for _ in each)),
        waiting=Listing(
            total,
            tuple(WaitingRun(RunId(LONG), "provision", name, LONG, LONG, "U0OPERATOR1", NOW) for _ in each),
        ),
        approvals=Listing(
            total,
            tuple(
                PendingApproval(LONG, "deprovision", name, LONG, None, NOW + timedelta(hours=1)) for _ in each
            ),
        ),
        deletions=Listing(total, tuple(DueDeletion(name, NOW) for _ in each)),
        failing=Listing(total, tuple(Verdict(name, LONG) for _ in each)),
        advisory=Listing(total, tuple(Verdict(name, LONG) for _ in each)),
        slowest=SlowStep(RunId("run"), name, LONG, 420.0, 120.0),
        audit=Head(123_456, "ab" * 32, NOW, "key"),
    )
    return Digest(NOW, facts, 10.0, since=NOW - timedelta(days=1), projects_before=total - 2)


def texts(digest: Digest, *, approvers: Sequence[str] = ()) -> str:
    blocks = digest_message(digest, approvers=approvers).blocks
    return "\n".join(block["text"]["text"] for block in blocks if block["type"] == "section")


@pytest.mark.parametrize("name", ["a" * 50, "&" * 50, "ж" * 50])
def test_fits_into_one_message_whatever_there_is_to_say(name: str) -> None:
    message = digest_message(
        full(10_000, name), approvers=["S0APPROVERS", *(f"U{number:010}" for number in range(20))]
    )
    check_message(message)
    assert len(json.dumps(message.blocks, ensure_ascii=False).encode()) <= 9000
    assert "and 999" in str(message.blocks)


def test_what_waits_is_said_first_and_to_whom() -> None:
    text = texts(full(2, "acme"), approvers=["S0APPROVERS", "U0APPROVER1"])
    assert (
        text.index("Waiting for a person")
        < text.index("To approve")
        < text.index("Suspended")
        < text.index("New")
    )
    assert "<@U0OPERATOR1>" in text
    assert "<!subteam^S0APPROVERS> <@U0APPROVER1>" in text


def test_an_approval_that_is_not_about_to_expire_addresses_nobody() -> None:
    facts = DigestFacts(
        {},
        0,
        approvals=Listing(
            1, (PendingApproval("id", "deprovision", "acme", "Ada", None, NOW + timedelta(days=2)),)
        ),
    )
    assert "S0APPROVERS" not in texts(Digest(NOW, facts, 10.0), approvers=["S0APPROVERS"])


def test_whoever_asked_is_not_asked_to_approve() -> None:
    facts = DigestFacts(
        {},
        0,
        approvals=Listing(
            1, (PendingApproval("id", "deprovision", "acme", "Ada", "U0A", NOW + timedelta(hours=1)),)
        ),
    )
    text = texts(Digest(NOW, facts, 10.0), approvers=["U0A", "U0B"])
    assert text.count("<@U0A>") == 1
    assert "<@U0B>" in text


def test_says_what_it_costs_and_how_that_changed() -> None:
    assert "20 USD a month for 2 projects (+20 since the last digest)" in texts(
        Digest(NOW, DigestFacts({}, 2), 10.0, since=NOW, projects_before=0)
    )
    assert "(as before)" in texts(Digest(NOW, DigestFacts({}, 2), 10.0, since=NOW, projects_before=2))
    assert "since the last digest" not in texts(Digest(NOW, DigestFacts({}, 2), 10.0))


def test_names_the_head_of_the_audit_log_in_full() -> None:
    foot = digest_message(full()).blocks[-1]
    assert "123456 entries" in str(foot)
    assert "ab" * 32 in str(foot)


def test_the_picture_has_its_words() -> None:
    assert alt_text(full()) == "Provisioning by step: nothing was provisioned."


def test_an_id_that_is_none_stays_a_text() -> None:
    assert address(["S<!channel>", "nobody"]) == "S&lt;!channel&gt; nobody"
