"""What nobody uses any more. Its removal is asked for in the terminal, and answered here too."""

from bot.blocks.kit import Message
from bot.blocks.orphan_list import orphans_message
from bot.desk import Desk
from bot.visit import Visit
from bot.words_typed import subdomain_in


async def show(desk: Desk, visit: Visit) -> Message:
    subdomain = subdomain_in(visit.value, desk.domain) or None
    return orphans_message(await desk.control.orphans.find(visit.actor, subdomain))
