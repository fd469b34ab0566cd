"""Suspending a tenant and activating it again: a question why, then a run whose thread shows the proof."""

from bot.blocks.kit import Message
from bot.blocks.notices import notice_view, reopen_message, trouble_message
from bot.blocks.provision_form import errors_for
from bot.blocks.reason_form import Switch, read_reason, reason_form
from bot.desk import Desk
from bot.outbox.errors import SlackAway, SlackRefused
from bot.reception import CLOSE_ALL, Reply, point_out, show
from bot.visit import Visit
from bot.words_typed import plain_text, subdomain_in
from provisioning.domain.actor import Role
from provisioning.domain.run import RunKind
from provisioning.domain.tenant import TenantState
from provisioning.errors import InvalidRequest


async def ask_suspend(desk: Desk, visit: Visit) -> Message | None:
    return await _ask(desk, visit, RunKind.SUSPEND)


async def ask_activate(desk: Desk, visit: Visit) -> Message | None:
    return await _ask(desk, visit, RunKind.ACTIVATE)


async def take_reason(desk: Desk, visit: Visit) -> Reply:
    view = visit.request.view
    switch, reason = Switch.from_view(view), read_reason(view)
    requests = desk.control.requests
    start = requests.suspend if switch.kind is RunKind.SUSPEND else requests.activate
    try:
        started = await start(visit.actor, switch.subdomain, reason=reason, origin=visit.origin)
    except InvalidRequest as fault:
        return point_out(errors_for(view, fault.errors))
    if started.continued:
        return show(notice_view("Under way", "This is under way already.", channel=desk.ops_channel))
    return CLOSE_ALL


async def _ask(desk: Desk, visit: Visit, kind: RunKind) -> Message | None:
    """`suspend customerinc` and, if one likes, the reason behind it."""
    await desk.control.gate.require(visit.actor, Role.OPERATOR, kind.value)
    name, _, reason = plain_text(visit.value).partition(" ")
    subdomain = subdomain_in(name, desk.domain)
    if not subdomain:
        return trouble_message(f"Which tenant? For example `/tenant {kind} customerinc`.")
    view = await desk.control.views.status(visit.actor, subdomain)
    if view.tenant is None or view.tenant.state is TenantState.DELETED:
        return trouble_message(f"There is no tenant {subdomain} any more.")
    form = reason_form(Switch(kind, view.tenant.subdomain), reason=reason)
    try:
        await desk.calls.call("views.open", within=2.0, trigger_id=visit.request.trigger_id, view=form)
    except (SlackAway, SlackRefused):
        return reopen_message(kind, view.tenant.subdomain)
    return None
