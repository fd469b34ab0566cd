"""What nobody uses any more, one line each: what it is, which, of whom, and what it costs."""

from collections.abc import Sequence
from typing import Final

from bot.blocks.ids import ORPHAN_REMOVE
from bot.blocks.kit import Message, button, context, section
from bot.blocks.words import code, money, said
from provisioning.domain.counting import count
from provisioning.domain.orphan import Orphan

_MOST: Final = 20


def orphans_message(orphans: Sequence[Orphan]) -> Message:
    if not orphans:
        text = "No orphans: everything outside has its tenant, and every tenant its project."
        return Message(text, (section(text),))
    text = f"{count(len(orphans), 'orphan')}, {money(sum(one.monthly_cost for one in orphans))}"
    rows = [
        section(orphan_line(one), accessory=button(ORPHAN_REMOVE, "Remove …", one.ref))
        for one in orphans[:_MOST]
    ]
    more = f"… and {len(orphans) - _MOST} more. " if len(orphans) > _MOST else ""
    hint = f"{more}Nothing is removed without a second person's approval."
    return Message(text, (section(f"*{text}*"), *rows, context(hint)))


def orphan_line(orphan: Orphan) -> str:
    cost = f" · {money(orphan.monthly_cost)}" if orphan.monthly_cost else ""
    kind = said(orphan.kind.words.capitalize().replace("Dns", "DNS"), 60)
    return f"{kind} {code(orphan.ref)} ({said(orphan.name, 120)}){cost}: {said(orphan.found, 200)}"
