"""The question before an orphan's removal is asked of a second person: why, and, where we did not name it, which."""

from collections.abc import Mapping
from typing import Any, Final

from bot.blocks import ids
from bot.blocks.kit import Block, View, input_block, modal, section
from bot.blocks.orphan_card import ORPHAN_WARNING
from bot.blocks.orphan_list import orphan_line
from bot.blocks.reason_form import reason_block
from provisioning.domain.orphan import Orphan

_LONGEST_REF: Final = 255


def orphan_form(orphan: Orphan) -> View:
    return modal(
        "Remove an orphan",
        [
            section(f"{orphan_line(orphan)}\n{ORPHAN_WARNING} A second person has to approve."),
            *_confirm(orphan),
            reason_block(hint="The approver and the audit log see it."),
        ],
        callback_id=ids.ORPHAN_FORM,
        submit="Ask for approval",
        close="Cancel",
        private_metadata=orphan.ref,
    )


def read_confirm(view: Mapping[str, Any]) -> str:
    values = (view.get("state") or {}).get("values") or {}
    return str((values.get("confirm") or {}).get(ids.CONFIRM, {}).get("value") or "")


def _confirm(orphan: Orphan) -> list[Block]:
    """What does not have a name that we gave may be somebody else's."""
    if orphan.is_ours:
        return []
    typed = {"type": "plain_text_input", "action_id": ids.CONFIRM, "max_length": _LONGEST_REF}
    hint = f"{orphan.ref}: its name is not one that we gave, so it may be somebody else's."
    return [input_block("Type its ref", typed, block_id="confirm", hint=hint)]
