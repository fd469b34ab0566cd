"""The Home tab: the fleet at a glance, and what waits for whoever looks."""

from typing import Any, Final

from bot.allowlist import NotAdmitted
from bot.blocks.home import home_refused, home_trouble, home_view
from bot.blocks.kit import View
from bot.blocks.within_reach import view_for
from bot.desk import Desk
from bot.in_time import in_time
from bot.visit import Request, Visit
from provisioning.domain.actor import Actor, Role
from provisioning.errors import TenantbotError, Transient

_NEWEST: Final = 5
_SECONDS: Final = 8.0


async def open_home(desk: Desk, request: Request) -> None:
    """Somebody opened it: show them theirs, or why there is none."""
    try:
        actor = await desk.allowlist.admit(request.caller)
    except NotAdmitted as refusal:
        await publish(desk, request.caller.user, home_refused(refusal.message))
        return
    await show_home(desk, actor)


async def refresh(desk: Desk, visit: Visit) -> None:
    await show_home(desk, visit.actor)


async def show_home(desk: Desk, actor: Actor) -> None:
    try:
        view = view_for(actor, await in_time(_SECONDS, _draw(desk, actor)))
    except TenantbotError as fault:
        view = home_trouble(fault.message)
    except TimeoutError:
        view = home_trouble(Transient("The registry's database does not answer.").message)
    await publish(desk, actor.id, view)


async def publish(desk: Desk, user: str, view: View) -> None:
    arguments: dict[str, Any] = {"user_id": user, "view": view}
    await desk.calls.call("views.publish", **arguments)


async def _draw(desk: Desk, actor: Actor) -> View:
    views = desk.control.views
    fleet = await views.fleet(actor)
    recent = await views.runs(actor)
    tenants, _ = await views.list(actor, size=_NEWEST)
    return home_view(
        fleet,
        [run for run in recent if run.origin.get("user") == actor.id],
        [(tenant, views.access_url(tenant.subdomain)) for tenant in tenants],
        questions=await desk.control.approvals.list(actor),
        may_approve=actor.may(Role.APPROVER),
        user_id=actor.id,
        now=desk.clock.now(),
    )
