"""A tenant's end: one person asks by a form, another answers on the card, and whoever wants it back undoes it in time."""

from bot.blocks.decided import approved_message, undone_message
from bot.blocks.ending_form import deprovision_form, read_ending, reject_form
from bot.blocks.kit import Message
from bot.blocks.notices import notice_view, trouble_message
from bot.blocks.provision_form import errors_for
from bot.blocks.reason_form import read_reason
from bot.desk import Desk
from bot.late_reply import reply_in_time
from bot.reception import CLOSE_ALL, Reply, point_out, show
from bot.visit import Visit
from bot.words_typed import plain_text, subdomain_in
from provisioning.domain.actor import Role
from provisioning.domain.tenant import TenantState
from provisioning.errors import InvalidRequest, TenantbotError

_LATE = "That took too long for Slack to open the question. Please try again."


async def ask(desk: Desk, visit: Visit) -> Message | None:
    await desk.control.gate.require(visit.actor, Role.OPERATOR, "deprovision")
    subdomain = subdomain_in(visit.value, desk.domain)
    if not subdomain:
        return trouble_message("Which tenant? For example `/tenant deprovision customerinc`.")
    view = await desk.control.views.status(visit.actor, subdomain)
    if view.tenant is None or view.tenant.state is TenantState.DELETED:
        return trouble_message(f"There is no tenant {subdomain} any more.")
    form = deprovision_form(view.tenant, grace=desk.control.approvals.usual_grace)
    return await desk.open_form(visit.request.trigger_id, form, late=_LATE)


async def take_form(desk: Desk, visit: Visit) -> Reply:
    """What is in the tenant is looked up for the approver, which may take longer than Slack waits."""
    subdomain = str(visit.request.view.get("private_metadata") or "")
    return await reply_in_time(
        desk,
        visit,
        _request(desk, visit, subdomain),
        waiting=notice_view("Asking", f"Looking at how much is in {subdomain} …"),
        done=notice_view("Asked", "An approver has to answer.", channel=desk.ops_channel),
    )


async def _request(desk: Desk, visit: Visit, subdomain: str) -> Reply:
    view = visit.request.view
    values = read_ending(view)
    try:
        approval = await desk.control.approvals.request_deprovision(
            visit.actor,
            subdomain,
            confirm=values.confirm,
            reason=values.reason,
            grace=values.grace,
            confirm_project=values.confirm_project,
            origin=visit.origin,
        )
    except InvalidRequest as fault:  # what was typed is looked at before anything else
        return point_out(errors_for(view, fault.errors))
    text = f"An approver has until {approval.expires_at:%Y-%m-%d %H:%M} UTC to answer."
    return show(notice_view("Asked", text, channel=desk.ops_channel))


async def approve(desk: Desk, visit: Visit) -> Message:
    """By the card's button, or by `approve customerinc`."""
    if not (reference := _reference(desk, visit)):
        return trouble_message("Which one? For example `/tenant approve customerinc`.")
    return approved_message(await desk.control.approvals.approve(visit.actor, reference), desk.ops_channel)


async def ask_reject(desk: Desk, visit: Visit) -> Message | None:
    if not (reference := _reference(desk, visit)):
        return trouble_message("Which one? For example `/tenant reject customerinc`.")
    approval = await desk.control.approvals.find(visit.actor, reference)
    return await desk.open_form(visit.request.trigger_id, reject_form(approval), late=_LATE)


async def take_reject(desk: Desk, visit: Visit) -> Reply:
    view = visit.request.view
    approval_id = str(view.get("private_metadata") or "")
    try:
        await desk.control.approvals.reject(visit.actor, approval_id, reason=read_reason(view))
    except InvalidRequest as fault:
        return point_out(errors_for(view, fault.errors))
    except TenantbotError as fault:
        return show(notice_view("Not rejected", fault.message))
    return CLOSE_ALL


async def undo(desk: Desk, visit: Visit) -> Message:
    if not (reference := _reference(desk, visit)):
        return trouble_message("Which tenant? For example `/tenant undo customerinc`.")
    return undone_message(await desk.control.runs.undo(visit.actor, reference), desk.ops_channel)


def _reference(desk: Desk, visit: Visit) -> str:
    return subdomain_in(plain_text(visit.value), desk.domain)
