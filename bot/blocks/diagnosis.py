"""A diagnosis as people read it: the evidence as a table, and under it, where they look, the cause and what mends it."""

from collections.abc import Sequence
from typing import Final

from bot.blocks.ids import (
    DIAGNOSIS_AGAIN,
    DIAGNOSIS_LOCKDOWN,
    DIAGNOSIS_NOTIFY,
    DIAGNOSIS_REPAIR,
    RUN_RETRY,
    TENANT_ACTIVATE,
    TENANT_ROTATE,
    TENANT_VERIFY,
)
from bot.blocks.kit import Block, Element, Message, Style, actions, button, confirm, context, fit, section
from bot.blocks.rich import table
from bot.blocks.words import bare, code, duration, said
from provisioning.domain.approval import Approval
from provisioning.domain.counting import count
from provisioning.domain.diagnosis import REPAIRS, Cause, Diagnosis, Fix, FixVerb, Issue, Outcome, Probe, Sure

_MARKS: Final = {Outcome.OK: "✓", Outcome.BAD: "✗", Outcome.UNKNOWN: "?", Outcome.SKIPPED: "–"}
_SHORT: Final = {
    Issue.DNS: "subdomain",
    Issue.DATABASE: "database",
    Issue.NOT_FOUND: "tenant",
    Issue.LEAK: "isolation",
}
_SURE: Final = {Sure.CERTAIN: "certain", Sure.LIKELY: "likely", Sure.UNCLEAR: "unclear"}
_COLUMNS: Final = ("", "asked", "found", "expected")
_ALL_CELLS: Final = 5500
"""Bytes for all cells together: well below what Slack takes in a table, and in a message."""
_MOST_CELL, _LEAST_CELL = 180, 40
_MOST_PLAN: Final = 2500
_BUTTONS: Final = {
    FixVerb.ACTIVATE: TENANT_ACTIVATE,
    FixVerb.ROTATE: TENANT_ROTATE,
    FixVerb.VERIFY: TENANT_VERIFY,
    FixVerb.RETRY: RUN_RETRY,
}
"""Verbs that have a button, and where need be a question, of their own."""


def asking_message(subdomain: str, issues: Sequence[Issue]) -> Message:
    about = " and ".join(issue.heading.lower() for issue in issues) or "all four of the guide's issues"
    text = f"⏳ Looking into {code(subdomain)}: {about}. This takes ten seconds at most."
    return Message(text, (section(text),))


def diagnosis_message(found: Diagnosis) -> Message:
    cause = found.cause
    text = f"{found.subdomain} is well." if cause is None else cause.sentence
    head = (
        [section(f"✅ {code(found.subdomain)} is well: nothing is wrong with what was asked.")]
        if cause is None
        else [
            section(f"❌ {code(found.subdomain)}: *{said(cause.sentence)}*\n{_how_sure(cause)}"),
            *_plans(cause),
        ]
    )
    besides = [
        section(f"Besides, {_SURE[one.sure]}: {said(one.sentence)}", block_id=None)
        for one in found.causes[1:]
    ]
    return Message(
        bare(text),
        (_evidence(found.probes), *head, *besides, context(_footer(found)), actions(*_buttons(found))),
    )


def notice_asked_message(approval: Approval, channel: str) -> Message:
    text = f"✋ Asked: an approver reads the notice about {code(approval.subdomain)} in <#{channel}> before it is sent."
    return Message(text, (section(text),))


def _how_sure(cause: Cause) -> str:
    others = f" · concerns {', '.join(code(one) for one in cause.affected)} too" if cause.affected else ""
    return f"{cause.issue.heading} · how sure: {_SURE[cause.sure]}{others}"


def _plans(cause: Cause) -> list[Block]:
    lines = [f"*{said(fix.label)}*: {said('; then '.join(fix.plan))}" for fix in cause.fixes]
    return [section(fit("\n".join(lines), _MOST_PLAN, escaped=False))] if lines else []


def _evidence(probes: Sequence[Probe]) -> Block:
    """What is not as expected gets the room that it needs, and the rest what is left."""
    told = sum(probe.outcome in {Outcome.BAD, Outcome.UNKNOWN} for probe in probes)
    full = min(_MOST_CELL, _ALL_CELLS // 2 // max(told, 1) // 3)
    rest = min(full, (_ALL_CELLS // 2) // max(len(probes) - told, 1) // 3)
    return table([_COLUMNS, *(_row(probe, full, max(rest, _LEAST_CELL)) for probe in probes)])


def _row(probe: Probe, full: int, rest: int) -> tuple[str, ...]:
    limit = full if probe.outcome in {Outcome.BAD, Outcome.UNKNOWN} else rest
    asked = "" if probe.outcome is Outcome.SKIPPED else f" {duration(probe.seconds)}"
    mark = f"{_MARKS[probe.outcome]} {_SHORT[probe.issue]}{asked}"
    return (mark, *(bare(cell, limit) for cell in (probe.asked, probe.found, probe.expected)))


def _footer(found: Diagnosis) -> str:
    asked = sum(probe.outcome is not Outcome.SKIPPED for probe in found.probes)
    kept = f" · evidence kept in {code(found.incident)}" if found.incident else ""
    return f"{count(asked, 'question')} in {duration(found.seconds)}; nothing was changed{kept}"


def _buttons(found: Diagnosis) -> list[Element]:
    offered: dict[FixVerb, Element] = {}
    for cause in found.causes:
        for fix in cause.fixes:
            if fix.verb is not FixVerb.BY_HAND and fix.verb not in offered and _is_possible(found, fix):
                offered[fix.verb] = _button(found, cause, fix, first=not offered)
    return [*offered.values(), button(DIAGNOSIS_AGAIN, "Look again", _again(found))]


def _again(found: Diagnosis) -> str:
    whole = len(found.issues) == len(Issue)
    return found.subdomain if whole else " ".join((found.subdomain, *found.issues))


def _is_possible(found: Diagnosis, fix: Fix) -> bool:
    """A notice is about an incident that is kept."""
    return fix.verb is not FixVerb.NOTIFY or found.incident is not None


def _button(found: Diagnosis, cause: Cause, fix: Fix, *, first: bool) -> Element:
    style: Style | None = "primary" if first else None
    if fix.verb in REPAIRS:
        question = confirm(
            fit(f"{fix.label}?", 100),
            said("; then ".join(fix.plan), 300),
            yes=fit(fix.label, 30),
            no="Not now",
        )
        value = f"{found.subdomain} {fix.verb}"
        return button(DIAGNOSIS_REPAIR, f"{fix.label} …", value, style=style, confirm=question)
    if fix.verb is FixVerb.LOCKDOWN:
        reason = bare(f"Cross-tenant leak at {found.subdomain}: {cause.code.replace('_', ' ')}", 300)
        return button(DIAGNOSIS_LOCKDOWN, f"{fix.label} …", reason, style="danger")
    if fix.verb is FixVerb.NOTIFY:
        return button(DIAGNOSIS_NOTIFY, f"{fix.label} …", found.subdomain)
    return button(_BUTTONS[fix.verb], f"{fix.label} …", found.subdomain, style=style)
