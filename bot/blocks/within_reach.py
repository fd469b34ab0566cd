"""Leaves out the buttons that would refuse whoever looks, in what nobody else sees.

At the click the door decides all the same.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.blocks import ids
from bot.blocks.kit import Block, Message, View
from provisioning.domain.actor import Actor, Role

NEEDED: Final[Mapping[str, Role]] = dict.fromkeys(
    (
        *(ids.MENU_PROVISION, ids.RUN_RETRY, ids.RUN_ROLLBACK, ids.RUN_CANCEL, ids.RUN_UNDO),
        *(
            ids.TENANT_VERIFY,
            ids.TENANT_RESEND,
            ids.TENANT_SUSPEND,
            ids.TENANT_ACTIVATE,
            ids.TENANT_DEPROVISION,
            ids.TENANT_ROTATE,
        ),
        *(ids.DIAGNOSIS_AGAIN, ids.DIAGNOSIS_REPAIR, ids.DIAGNOSIS_LOCKDOWN, ids.DIAGNOSIS_NOTIFY),
        *(ids.LOCKDOWN_LIFT, ids.ORPHAN_REMOVE),
        ids.FLEET_UPGRADE,
    ),
    Role.OPERATOR,
)
"""What a button needs, where looking is not enough. Those of an approval depend on who asked, too."""


def message_for(reader: Actor, message: Message) -> Message:
    return Message(message.text, tuple(_blocks_for(reader, message.blocks)))


def view_for(reader: Actor, view: View) -> View:
    return {**view, "blocks": _blocks_for(reader, view["blocks"])}


def _blocks_for(reader: Actor, blocks: Sequence[Block]) -> list[Block]:
    return [kept for block in blocks if (kept := _block_for(reader, block)) is not None]


def _block_for(reader: Actor, block: Block) -> Block | None:
    if block["type"] == "actions":
        elements = [one for one in block["elements"] if _is_within_reach(reader, one)]
        return {**block, "elements": elements} if elements else None
    if "accessory" in block and not _is_within_reach(reader, block["accessory"]):
        return {name: value for name, value in block.items() if name != "accessory"}
    return block


def _is_within_reach(reader: Actor, element: Mapping[str, Any]) -> bool:
    return reader.may(NEEDED.get(element.get("action_id", ""), Role.VIEWER))
