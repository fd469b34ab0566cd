"""The digest as people read it in Slack: what waits for whom comes first, what is merely so comes last."""

import json
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from bot.blocks.addressing import address
from bot.blocks.kit import Block, Message, context, header, mention, section
from bot.blocks.tenant_list import fleet_numbers
from bot.blocks.words import at_moment, bare, code, duration, said, state
from provisioning.domain.counting import count
from provisioning.domain.digest import (
    MOST,
    Digest,
    DueDeletion,
    Listing,
    NewTenant,
    PendingApproval,
    SuspendedTenant,
    Verdict,
    WaitingRun,
)
from provisioning.domain.lockdown import is_fleet

T = TypeVar("T")

_MOST_BYTES: Final = 9000
"""Of all blocks together: Slack takes a little more, and does not say how much."""
_FEWER: Final = (MOST, 7, 5, 3, 1)


def digest_message(digest: Digest, *, approvers: Sequence[str] = (), image: Block | None = None) -> Message:
    """`approvers` are addressed where an approval is about to expire. Names fewer of each kind where there are many."""
    for most in _FEWER:
        blocks = _blocks(digest, approvers, image, most)
        if len(json.dumps(blocks, ensure_ascii=False).encode()) <= _MOST_BYTES:
            break
    return Message(_headline(digest), tuple(blocks))


def _headline(digest: Digest) -> str:
    facts = digest.facts
    parts = [count(facts.total, "tenant")]
    parts += [f"{count(facts.waiting.total, 'run')} waiting"] if facts.waiting.total else []
    parts += [f"{count(facts.approvals.total, 'approval')} pending"] if facts.approvals.total else []
    parts += [f"{facts.failing.total} not verified"] if facts.failing.total else []
    return f"Digest: {', '.join(parts)}"


def _blocks(digest: Digest, approvers: Sequence[str], image: Block | None, most: int) -> list[Block]:
    facts = digest.facts
    parts = (
        _part("✋ Waiting for a person", facts.waiting, _waiting, most),
        _part("🕒 To approve", facts.approvals, _approval, most, last=_hurry(digest, approvers)),
        _part("❌ Not verified", facts.failing, _verdict, most),
        _part("🗑️ To be deleted", facts.deletions, _deletion, most),
        _part("⏸️ Suspended", facts.suspended, _suspended, most),
        _part("⚠️ Verified with advisory failures", facts.advisory, _verdict, most),
        _part("🎉 New", facts.new, _new, most),
    )
    return [
        header("Digest"),
        section(f"{fleet_numbers(facts.tenants)}\n{_changes(digest)}"),
        *(block for part in parts for block in part),
        section(_costs(digest)),
        *([image] if image else []),
        context(_foot(digest)),
    ]


def _part(
    title: str, listing: Listing[T], line: Callable[[T], str], most: int, *, last: str = ""
) -> list[Block]:
    """A part with nothing in it is not there."""
    if not listing.total:
        return []
    shown = listing.first[:most]
    lines = [f"*{title}* ({listing.total})", *(f"• {line(one)}" for one in shown)]
    if listing.total > len(shown):
        lines.append(f"_and {listing.total - len(shown)} more_")
    lines += [last] if last else []
    return [section("\n".join(lines))]


def _changes(digest: Digest) -> str:
    since = f"since {at_moment(digest.since)}" if digest.since else "in the last week"
    facts = digest.facts
    if not facts.new.total and not facts.gone:
        return f"None new, none gone {since}."
    return f"{facts.new.total} new, {facts.gone} gone {since}."


def _waiting(one: WaitingRun) -> str:
    who = mention(one.person) if one.person else said(one.who, 60)
    return f"{_name(one.subdomain)} {state(one.kind)}: {said(one.what, 120)} – {who}, since {at_moment(one.since)}"


def _approval(one: PendingApproval) -> str:
    asker = mention(one.person) if one.person else said(one.requested_by, 60)
    until = f"answer until {at_moment(one.expires_at)}"
    return f"{_name(one.subdomain)} {state(one.action)}, asked by {asker}; {until}"


def _hurry(digest: Digest, approvers: Sequence[str]) -> str:
    """Address those who can answer what is about to expire; nobody answers their own question."""
    askers = {one.person for one in digest.facts.approvals.first if one.is_near(digest.at)}
    deciders = [one for one in approvers if askers != {one}]
    return f"⏳ About to expire: {address(deciders)}" if askers and deciders else ""


def _deletion(one: DueDeletion) -> str:
    return f"{code(one.subdomain)} {at_moment(one.at)}"


def _verdict(one: Verdict) -> str:
    return f"{code(one.subdomain)} {said(one.verdict, 120)}"


def _suspended(one: SuspendedTenant) -> str:
    since = f", since {at_moment(one.since)}" if one.since else ""
    return f"{code(one.subdomain)} by {said(one.by or 'somebody', 60)}{since}"


def _new(one: NewTenant) -> str:
    return f"{code(one.subdomain)} {said(one.company, 60)}"


def _name(subdomain: str) -> str:
    return "all tenants:" if is_fleet(subdomain) else code(subdomain)


def _costs(digest: Digest) -> str:
    facts = digest.facts
    lines = [f"*Cost* {digest.cost:.0f} USD a month for {count(facts.projects, 'project')}{_change(digest)}"]
    if (slow := facts.slowest) is not None:
        usual = f", usually {duration(slow.typical)}" if slow.typical else ""
        lines.append(
            f"*Slowest step* {said(slow.title, 60)} of {code(slow.subdomain)}: {duration(slow.seconds)}{usual}"
        )
    return "\n".join(lines)


def _change(digest: Digest) -> str:
    change = digest.cost_change
    if change is None:
        return ""
    return f" ({change:+.0f} since the last digest)" if change else " (as before)"


def _foot(digest: Digest) -> str:
    head = digest.facts.audit
    ends = (
        f"Audit log: {head.seq} entries, the last one {code(head.hash)}" if head else "The audit log is empty"
    )
    return f"{ends} · as of {at_moment(digest.at)}"


def alt_text(digest: Digest) -> str:
    """The picture in words, for whoever can't see it."""
    facts = digest.facts
    growth = facts.growth
    told = (
        f"Tenants: {growth[0].tenants} on {growth[0].day}, {growth[-1].tenants} on {growth[-1].day}."
        if growth
        else ""
    )
    steps = ", ".join(f"{one.title} {duration(one.seconds)}" for one in facts.step_times)
    return bare(f"{told} Provisioning by step: {steps or 'nothing was provisioned'}.", 1900)
