"""The card that asks for an approval: what, who, why, how much, until when; and, later, what was decided."""

from datetime import datetime, timedelta
from typing import Any

from bot.blocks import ids
from bot.blocks.fleet import upgrade_facts, upgrade_question
from bot.blocks.kit import (
    Block,
    Element,
    Message,
    actions,
    button,
    confirm,
    context,
    fields,
    is_person,
    mention,
    section,
)
from bot.blocks.lockdown import fleet_facts, fleet_question
from bot.blocks.notice_card import notice_blocks, notice_line, notice_question
from bot.blocks.orphan_card import ORPHAN_WARNING, orphan_context, orphan_facts, orphan_line
from bot.blocks.words import age, at_moment, code, money, said, size
from provisioning.domain.actor import Actor, Role
from provisioning.domain.approval import NOTIFY, REMOVE_ORPHAN, Approval, ApprovalState
from provisioning.domain.duration import duration_words
from provisioning.domain.fleet import UPGRADE
from provisioning.domain.lockdown import FLEET
from provisioning.domain.run import RunKind

_MARKS = {
    ApprovalState.PENDING: "✋",
    ApprovalState.APPROVED: "✅",
    ApprovalState.REJECTED: "🚫",
    ApprovalState.EXPIRED: "⌛",
    ApprovalState.VOID: "⚠️",
}


def approval_card(approval: Approval, *, now: datetime, iteration: int) -> Message:
    """Draw the card as the row stands. Its buttons carry the row's opaque id, and are asked again at the click."""
    headline = question_line(approval)
    blocks: list[Block] = [
        section(headline, block_id=f"head-{iteration}"),
        section(f"*Why:* {said(approval.reason, 600)}", block_id=f"why-{iteration}"),
        *_what_to_know(approval, now, iteration),
    ]
    if approval.state is ApprovalState.PENDING:
        blocks.append(actions(*approval_buttons(approval), block_id=f"buttons-{iteration}"))
    else:
        blocks.append(section(_outcome(approval, now), block_id=f"outcome-{iteration}"))
    return Message(f"{headline} – {approval.state}", tuple(blocks))


def _what_to_know(approval: Approval, now: datetime, iteration: int) -> list[Block]:
    if approval.action == UPGRADE:
        return [section(upgrade_facts(approval), block_id=f"facts-{iteration}")]
    if approval.subdomain == FLEET:
        return [context(fleet_facts(approval), block_id=f"facts-{iteration}")]
    if approval.action == NOTIFY:
        return notice_blocks(approval, iteration)
    is_orphan = approval.action == REMOVE_ORPHAN
    facts = orphan_facts(approval) if is_orphan else _facts(approval, now)
    goes = orphan_context(approval) if is_orphan else _what_goes(approval)
    return [fields(facts, block_id=f"facts-{iteration}"), context(goes, block_id=f"goes-{iteration}")]


def question_line(approval: Approval) -> str:
    if approval.action == REMOVE_ORPHAN:
        return orphan_line(_MARKS[approval.state], _requester(approval), approval)
    if approval.action == NOTIFY:
        return notice_line(_MARKS[approval.state], _requester(approval), approval)
    asks = {
        RunKind.LOCKDOWN.value: "asks for a *LOCKDOWN* of all tenants",
        RunKind.LIFT.value: "asks to *lift the lockdown*",
        UPGRADE: f"asks to bring *schema version {approval.facts.get('to')}* to all tenants",
    }.get(approval.action)
    if asks:
        return f"{_MARKS[approval.state]} {_requester(approval)} {asks}"
    company = said(str(approval.facts.get("company") or approval.subdomain), 300)
    return (
        f"{_MARKS[approval.state]} {_requester(approval)} asks for the end of "
        f"*{company}* ({code(approval.subdomain)})"
    )


def approval_buttons(approval: Approval, *, reader: Actor | None = None) -> list[Element]:
    """All of them for everybody, who may hear at the click that they may not; for one reader those that will do."""
    asked = _question(approval)
    approve = button(ids.APPROVAL_APPROVE, "Approve", approval.approval_id, style="danger", confirm=asked)
    reject = button(ids.APPROVAL_REJECT, "Reject …", approval.approval_id)
    if reader is None:
        return [approve, reject]
    asked_it = approval.requester == reader.identity
    may = reader.may(Role.APPROVER)
    return [*([approve] if may and not asked_it else []), *([reject] if may or asked_it else [])]


def _question(approval: Approval) -> dict[str, Any]:
    if approval.action == UPGRADE:
        return upgrade_question(approval)
    return fleet_question(approval) if approval.subdomain == FLEET else _ending_question(approval)


def _what_approving_does(approval: Approval) -> str:
    grace, tenant = _grace(approval), code(approval.subdomain)
    if not grace:
        return f"{tenant} is suspended, backed up and deleted at once: there is no grace period, and no undo."
    return (
        f"{tenant} is suspended at once, and deleted {duration_words(grace)} later. "
        "After that only its backup can be restored."
    )


def _grace(approval: Approval) -> timedelta:
    return timedelta(seconds=int(approval.request.get("grace_seconds", 0)))


def _ending_question(approval: Approval) -> dict[str, Any]:
    if approval.action == NOTIFY:
        return notice_question(approval)
    is_orphan = approval.action == REMOVE_ORPHAN
    return confirm(
        "Approve a removal?" if is_orphan else "Approve the end of a tenant?",
        ORPHAN_WARNING if is_orphan else _what_approving_does(approval),
        yes="Approve",
        no="Not yet",
        style="danger",
    )


def _requester(approval: Approval) -> str:
    person = approval.origin.get("user")
    known = isinstance(person, str) and is_person(person)
    return mention(str(person)) if known else said(approval.requested_by, 150)


def _facts(approval: Approval, now: datetime) -> list[str]:
    facts = approval.facts
    found: dict[str, str] = {}
    if "census" in facts:
        found["In it"] = said(str(facts["census"]), 300)
    else:
        found["Users"] = str(facts.get("users"))
        found["Rows"] = str(facts.get("rows"))
        found["Database"] = size(int(facts.get("bytes") or 0))
        last = facts.get("last_upload")
        found["Last upload"] = age(datetime.fromisoformat(str(last)), now) if last else "none"
    if confirmed := approval.request.get("confirm_project"):
        found["Made by hand; project typed"] = code(said(str(confirmed), 60))
    found["Saves"] = money(float(facts.get("monthly_cost") or 0))
    found["Grace period"] = duration_words(_grace(approval))
    found["Answer until"] = at_moment(approval.expires_at)
    return [f"*{name}*\n{value}" for name, value in found.items()]


def _what_goes(approval: Approval) -> str:
    record = ", its DNS record" if approval.facts.get("dns_record") else ""
    project = said(str(approval.facts.get("project") or "none"), 60)
    return (
        f"Deleted in the end: Supabase project {code(project)} with its database{record}, the platform's record, "
        "all credentials. "
        "Kept: a proved backup, the deletion record, the audit log, a tombstone."
    )


def _outcome(approval: Approval, now: datetime) -> str:
    when = f", {age(approval.decided_at, now)}" if approval.decided_at else ""
    by = f" by {said(approval.decided_by, 150)}" if approval.decided_by else ""
    why = f": {said(approval.decision_reason, 600)}" if approval.decision_reason else ""
    tail = {
        ApprovalState.APPROVED: f" It goes on in {code(approval.run_id)}." if approval.run_id else "",
        ApprovalState.EXPIRED: " Nobody answered in time; nothing was changed.",
    }.get(approval.state, " Nothing was changed.")
    return f"*{approval.state.capitalize()}*{by}{when}{why}.{tail}"
