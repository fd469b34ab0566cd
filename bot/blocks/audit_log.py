"""Entries of the audit log, one line each: when, who, what, about which tenant, and what became of it."""

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from bot.blocks.kit import Block, Message, context, is_person, mention, section
from bot.blocks.words import COMMAND, at_time, code, on_day, said, state
from provisioning.control_plane.audit import AuditPage
from provisioning.domain.audit import AuditRow
from provisioning.domain.lockdown import is_fleet

_A_BLOCK: Final = 5
"""So many lines stay under what one block may hold."""
_REFUSALS: Final = frozenset({"refused", "not_allowed", "failed"})
_SHORT, _REASON = 50, 80


def audit_message(page: AuditPage, subdomain: str | None) -> Message:
    about = f" about {code(subdomain[:100])}" if subdomain else ""
    if not page.entries:
        return _only(f"The audit log has no entries{about}.")
    text = f"Audit log{about}: the newest {len(page.entries)} of {page.total}"
    blocks = [section(f"*{text}*"), *_lines(page.entries)]
    if not subdomain:
        blocks.append(context(f"Of one tenant: {code(f'{COMMAND} audit customerinc')}"))
    return Message(text, tuple(blocks))


def _only(text: str) -> Message:
    return Message(text, (section(text),))


def _lines(entries: Sequence[AuditRow]) -> list[Block]:
    """The day stands once above its lines, so that a line is not broken by it."""
    lines: list[str] = []
    for _, rows in groupby(entries, key=lambda row: row.at.date()):
        first, *others = rows
        lines += [f"_{on_day(first.at)}_\n{_line(first)}", *map(_line, others)]
    return [section("\n".join(lines[at : at + _A_BLOCK])) for at in range(0, len(lines), _A_BLOCK)]


def _line(row: AuditRow) -> str:
    mark = "🚫" if row.result in _REFUSALS else "•"
    reason = f" – {said(row.reason, _REASON)}" if row.reason else ""
    result = "" if row.action.endswith(f".{row.result}") else f": {said(state(row.result), _SHORT)}"
    return f"{mark} {at_time(row.at)} {_who(row)} {said(row.action, _SHORT)}{_about(row.subdomain)}{result}{reason}"


def _about(subdomain: str | None) -> str:
    if not subdomain:
        return ""
    return " *all tenants*" if is_fleet(subdomain) else f" *{said(subdomain, _SHORT)}*"


def _who(row: AuditRow) -> str:
    """Slack's people are shown as Slack shows them; all others by the name they came with."""
    if row.surface == "slack" and is_person(row.actor_id):
        return mention(row.actor_id)
    return f"{said(row.actor_name, _SHORT)} ({said(row.surface, _SHORT)})"
