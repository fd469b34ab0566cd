"""New credentials for a tenant: a question first, then a run whose thread shows what was replaced."""

from bot.blocks.confirmations import rotate_confirm
from bot.blocks.kit import Message
from bot.blocks.notices import notice_view, trouble_message
from bot.desk import Desk
from bot.reception import CLOSE_ALL, Reply, show
from bot.visit import Visit
from bot.words_typed import subdomain_in
from provisioning.domain.actor import Role
from provisioning.domain.tenant import TenantState

_LATE = "That took too long for Slack to open the question. Please try again."


async def ask(desk: Desk, visit: Visit) -> Message | None:
    await desk.control.gate.require(visit.actor, Role.OPERATOR, "rotate")
    subdomain = subdomain_in(visit.value, desk.domain)
    if not subdomain:
        return trouble_message("Which tenant? For example `/tenant rotate customerinc`.")
    view = await desk.control.views.status(visit.actor, subdomain)
    if view.tenant is None or view.tenant.state is TenantState.DELETED:
        return trouble_message(f"There is no tenant {subdomain} any more.")
    return await desk.open_form(visit.request.trigger_id, rotate_confirm(view.tenant), late=_LATE)


async def take_confirm(desk: Desk, visit: Visit) -> Reply:
    subdomain = str(visit.request.view.get("private_metadata") or "")
    started = await desk.control.requests.rotate(visit.actor, subdomain, origin=visit.origin)
    if started.continued:
        return show(notice_view("Under way", "This is under way already.", channel=desk.ops_channel))
    return CLOSE_ALL
