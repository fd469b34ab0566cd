"""The audit log's newest entries, of one tenant or of all."""

from typing import Final

from bot.blocks.audit_log import audit_message
from bot.blocks.kit import Message
from bot.desk import Desk
from bot.visit import Visit
from bot.words_typed import subdomain_in

_NEWEST: Final = 20


async def show(desk: Desk, visit: Visit) -> Message:
    subdomain = subdomain_in(visit.value, desk.domain) or None
    page = await desk.control.audit.show(visit.actor, subdomain=subdomain, limit=_NEWEST)
    return audit_message(page, subdomain)
