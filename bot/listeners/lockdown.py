"""The worst case: one word suspends every tenant, and another, with a second person, brings exactly these back."""

from bot.blocks.kit import Message
from bot.blocks.lockdown import (
    begun_text,
    in_force_message,
    lift_button_message,
    lift_form,
    lockdown_form,
    read_lockdown,
)
from bot.blocks.notices import notice_view, trouble_message
from bot.blocks.provision_form import errors_for
from bot.blocks.reason_form import read_reason
from bot.desk import Desk
from bot.outbox.errors import SlackAway, SlackRefused
from bot.reception import Reply, point_out, show
from bot.visit import Visit
from bot.words_typed import plain_text
from provisioning.domain.actor import Role
from provisioning.domain.approval import Approval
from provisioning.domain.run import RunState
from provisioning.errors import InvalidRequest

_LATE = "That took too long for Slack to open the question. Please try again: `/tenant lockdown`."
_NONE = "No lockdown is in force; there is nothing to lift."


async def ask(desk: Desk, visit: Visit) -> Message | None:
    """`lockdown` and, if one likes, the reason; or `lockdown lift`."""
    await desk.control.gate.require(visit.actor, Role.OPERATOR, "lockdown")
    reason = plain_text(visit.value)
    word, _, rest = reason.partition(" ")
    if word.lower() == "lift":
        return await _ask_lift(desk, visit, rest.strip())
    fleet = await desk.control.views.fleet(visit.actor)
    if fleet.lockdown is not None:
        return in_force_message(fleet.lockdown)
    form = lockdown_form(reason=reason, may_confirm=visit.actor.may(Role.APPROVER))
    return await desk.open_form(visit.request.trigger_id, form, late=_LATE)


async def ask_lift(desk: Desk, visit: Visit) -> Message | None:
    """By the button of a banner or a thread."""
    await desk.control.gate.require(visit.actor, Role.OPERATOR, "lift")
    return await _ask_lift(desk, visit, "")


async def take_form(desk: Desk, visit: Visit) -> Reply:
    view = visit.request.view
    values = read_lockdown(view)
    try:
        answer = await desk.control.lockdowns.request(
            visit.actor, reason=values.reason, confirm=values.confirm, origin=visit.origin
        )
    except InvalidRequest as fault:
        return point_out(errors_for(view, fault.errors))
    if isinstance(answer, Approval):
        return _asked(desk, answer)
    title = "In force" if answer.run.state is RunState.SUCCEEDED else "Lockdown"
    text = begun_text(answer.run, continued=answer.continued)
    return show(notice_view(title, text, channel=desk.ops_channel))


async def take_lift(desk: Desk, visit: Visit) -> Reply:
    view = visit.request.view
    try:
        approval = await desk.control.lockdowns.request_lift(
            visit.actor, reason=read_reason(view), origin=visit.origin
        )
    except InvalidRequest as fault:
        return point_out(errors_for(view, fault.errors))
    return _asked(desk, approval)


async def _ask_lift(desk: Desk, visit: Visit, reason: str) -> Message | None:
    lockdown = await desk.control.lockdowns.in_force(visit.actor)
    if lockdown is None:
        return trouble_message(_NONE)
    form = lift_form(lockdown, reason=reason)
    try:
        await desk.calls.call("views.open", within=2.0, trigger_id=visit.request.trigger_id, view=form)
    except (SlackAway, SlackRefused):
        return lift_button_message()
    return None


def _asked(desk: Desk, approval: Approval) -> Reply:
    text = f"An approver has until {approval.expires_at:%Y-%m-%d %H:%M} UTC to answer."
    return show(notice_view("Asked", text, channel=desk.ops_channel))
