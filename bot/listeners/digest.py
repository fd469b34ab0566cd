"""The digest for whoever asks, as it would be now."""

from bot.blocks.digest import digest_message
from bot.blocks.kit import Message
from bot.desk import Desk
from bot.visit import Visit


async def show(desk: Desk, visit: Visit) -> Message:
    """Seen by the asker alone; nothing is sent, and the next one tells the same news."""
    return digest_message(await desk.control.digests.preview(visit.actor))
