"""What nobody uses any more, one line each: what it is, which, of whom, and what it costs."""

from collections.abc import Sequence
from typing import Final

from bot.blocks.kit import Message, context, section
from bot.blocks.words import code, count, money, said
from provisioning.domain.orphan import Orphan

_MOST: Final = 20
_A_BLOCK: Final = 5
"""So many lines stay under what one block may hold."""


def orphans_message(orphans: Sequence[Orphan]) -> Message:
    if not orphans:
        text = "No orphans: everything outside has its tenant, and every tenant its project."
        return Message(text, (section(text),))
    text = f"{count(len(orphans), 'orphan')}, {money(sum(one.monthly_cost for one in orphans))}"
    lines = [_line(one) for one in orphans[:_MOST]]
    parts = ["\n".join(lines[at : at + _A_BLOCK]) for at in range(0, len(lines), _A_BLOCK)]
    more = f"… and {len(orphans) - _MOST} more. " if len(orphans) > _MOST else ""
    hint = f"{more}In a terminal, {code('tenantbot orphans --remove REF --reason WHY')} asks an approver."
    return Message(text, (section(f"*{text}*"), *map(section, parts), context(hint)))


def _line(orphan: Orphan) -> str:
    cost = f" · {money(orphan.monthly_cost)}" if orphan.monthly_cost else ""
    kind = said(orphan.kind.words.capitalize().replace("Dns", "DNS"), 60)
    return f"• {kind} {code(orphan.ref)} ({said(orphan.name, 120)}){cost}: {said(orphan.found, 200)}"
