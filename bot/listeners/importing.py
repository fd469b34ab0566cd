"""Taking up a tenant that was made by hand: the one verb that Slack only tells how to ask for.

It takes the password of the tenant's database. Whatever is typed into Slack stays readable there, for its
administrators and in exports, and no other way to that password exists: Supabase hands it out to nobody, and a new one
would shut out whoever uses the tenant now. So it is asked for where it is not kept.
"""

from bot.blocks.import_advice import import_message
from bot.blocks.kit import Message
from bot.desk import Desk
from bot.visit import Visit
from bot.words_typed import subdomain_in
from provisioning.domain.actor import Role


async def tell(desk: Desk, visit: Visit) -> Message:
    await desk.control.gate.require(visit.actor, Role.OPERATOR, "import")
    return import_message(subdomain_in(visit.value, desk.domain))
