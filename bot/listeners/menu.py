"""The menu, the help, and words that are no verb."""

from collections.abc import Sequence
from difflib import get_close_matches

from bot.blocks.kit import Message
from bot.blocks.menu import menu_message, unknown_verb_message
from bot.desk import Desk
from bot.visit import Visit
from provisioning.domain.actor import Role


async def menu(desk: Desk, visit: Visit) -> Message:
    await require_viewer(desk, visit)
    return menu_message()


async def require_viewer(desk: Desk, visit: Visit) -> None:
    """Even what tells nothing of tenants is told only to those who may look at them."""
    await desk.control.gate.require(visit.actor, Role.VIEWER, "menu")


def unknown(word: str, rest: str, verbs: Sequence[str]) -> Message:
    """Name the nearest verb, with the words that followed."""
    near = get_close_matches(word, verbs, n=1, cutoff=0.65)
    return unknown_verb_message(word, f"{near[0]} {rest}".strip() if near else None)
