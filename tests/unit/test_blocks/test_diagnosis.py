"""A diagnosis in Slack: the cause first, its fix behind a button, the evidence as a table; and the card of a notice."""

from dataclasses import replace

from bot.blocks.approval_card import approval_card
from bot.blocks.diagnosis import asking_message, diagnosis_message
from provisioning.diagnose.fixes import LOCKDOWN, NOTIFY, REPUBLISH, ROTATE, by_hand
from provisioning.domain.approval import NOTIFY as NOTIFY_ACTION
from provisioning.domain.approval import Approval, ApprovalId, ApprovalState
from provisioning.domain.diagnosis import Cause, Diagnosis, Issue, Outcome, Probe, Sure
from tests.block_kit import buttons_of, check_message, words_of
from tests.unit.test_blocks.samples import NOW

PROBES = tuple(
    Probe(
        issue, f"probe_{number}", f"question {number} " + "x" * 300, "y" * 300, "<!channel> & z", outcome, 0.2
    )
    for number, (issue, outcome) in enumerate(
        [(issue, outcome) for issue in Issue for outcome in Outcome] * 2
    )
)
LEAK = Cause(
    Issue.LEAK,
    "shared_database",
    "The platform serves acme and harbour from one database.",
    Sure.CERTAIN,
    (REPUBLISH, LOCKDOWN, NOTIFY),
    ("harbour",),
)
FOUND = Diagnosis("acme", NOW, 1.4, (*Issue,), PROBES, (LEAK,), "incidents/acme-20261201T090000Z.json")
NOTICE = Approval(
    approval_id=ApprovalId("approval-1"),
    action=NOTIFY_ACTION,
    subdomain="acme-20261201T090000Z",
    tenant_id="1",
    request={"reason": "a leak was found"},
    request_hash="h",
    tenant_print="p",
    state=ApprovalState.PENDING,
    requested_by="Ada (slack)",
    requester="slack:U1",
    created_at=NOW,
    expires_at=NOW,
    facts={
        "tenants": ["acme"],
        "recipients": ["admin@acme-corp.com"],
        "unknown": ["harbour"],
        "found": LEAK.sentence,
        "subject": "Security notice",
        "text": "Hi <!channel>,\n\nOn 2026-12-01 we found something.\n",
    },
)


def test_the_cause_is_said_first_with_how_sure_and_whom_it_concerns() -> None:
    message = diagnosis_message(FOUND)
    check_message(message)
    words = words_of(message)
    assert "*The platform serves acme and harbour from one database.*" in words
    assert "how sure: certain · concerns `harbour` too" in words
    assert "evidence kept in `incidents/acme-20261201T090000Z.json`" in words


def test_each_fix_has_its_button() -> None:
    assert buttons_of(diagnosis_message(FOUND)) == {
        "Publish it again …": "diagnosis_repair acme republish",
        "Suspend all tenants …": "diagnosis_lockdown Cross-tenant leak at acme: shared database",
        "Notify the admins …": "diagnosis_notify acme",
        "Look again": "diagnosis_again acme",
    }


def test_without_a_kept_incident_nobody_can_be_notified_of_it() -> None:
    assert "Notify the admins …" not in buttons_of(diagnosis_message(replace(FOUND, incident=None)))


def test_a_well_tenant_is_told_as_just_that() -> None:
    message = diagnosis_message(replace(FOUND, causes=(), incident=None))
    check_message(message)
    assert "`acme` is well" in words_of(message)
    assert buttons_of(message) == {"Look again": "diagnosis_again acme"}


def test_looking_again_looks_into_the_same() -> None:
    message = diagnosis_message(replace(FOUND, issues=(Issue.DNS,), causes=()))
    assert buttons_of(message) == {"Look again": "diagnosis_again acme dns"}


def test_what_a_person_does_by_hand_has_no_button() -> None:
    cause = Cause(
        Issue.DNS, "wrong_target", "It leads elsewhere.", Sure.LIKELY, (by_hand("correct the record"),)
    )
    rotated = Cause(Issue.DATABASE, "password_refused", "It was changed.", Sure.LIKELY, (ROTATE,))
    message = diagnosis_message(replace(FOUND, causes=(cause, rotated)))
    check_message(message)
    assert "correct the record" in words_of(message)
    assert "Besides, likely: It was changed." in words_of(message)
    assert buttons_of(message) == {
        "Set new credentials …": "tenant_rotate acme",
        "Look again": "diagnosis_again acme",
    }


def test_it_is_said_at_once_that_it_is_looked_into() -> None:
    for issues in ((), (Issue.DNS, Issue.LEAK)):
        message = asking_message("acme", issues)
        check_message(message)
        assert "ten seconds at most" in words_of(message)


def test_an_approver_reads_every_word_of_a_notice() -> None:
    message = approval_card(NOTICE, now=NOW, iteration=1)
    check_message(message)
    words = words_of(message)
    assert "asks to *notify the admins* of 1 tenant" in words
    assert "admin@acme-corp.com" in words
    assert "On 2026-12-01 we found something." in words
    assert "Our registry knows no admin of harbour." in words
    assert buttons_of(message)["Approve"] == "approval_approve approval-1"
