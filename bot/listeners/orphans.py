"""What nobody uses any more: listed, and its removal asked of a second person."""

from bot.blocks.kit import Message, View
from bot.blocks.notices import notice_view
from bot.blocks.orphan_form import orphan_form, read_confirm
from bot.blocks.orphan_list import orphans_message
from bot.blocks.provision_form import errors_for
from bot.blocks.reason_form import read_reason
from bot.desk import Desk
from bot.late_reply import reply_in_time
from bot.reception import Reply, point_out, show
from bot.visit import Visit
from bot.words_typed import subdomain_in
from provisioning.domain.actor import Role
from provisioning.errors import FieldError, InvalidRequest, Refused

_LATE = "That took too long for Slack to open the question. Please try again."


async def show_orphans(desk: Desk, visit: Visit) -> Message:
    subdomain = subdomain_in(visit.value, desk.domain) or None
    return orphans_message(await desk.control.orphans.find(visit.actor, subdomain))


async def ask_removal(desk: Desk, visit: Visit) -> Message | None:
    """By the button beside it. The list may be old, so it is looked for once more."""
    await desk.control.gate.require(visit.actor, Role.OPERATOR, "orphans.remove")
    return await desk.open_and_fill(
        visit.request.trigger_id,
        notice_view("Remove an orphan", f"⏳ Looking whether {visit.value} is still one …"),
        lambda: _form(desk, visit),
        late=_LATE,
    )


async def take_form(desk: Desk, visit: Visit) -> Reply:
    ref = str(visit.request.view.get("private_metadata") or "")
    return await reply_in_time(
        desk,
        visit,
        _request(desk, visit, ref),
        waiting=notice_view("Asking", f"Looking once more at {ref} …"),
        done=notice_view("Asked", "An approver has to answer.", channel=desk.ops_channel),
    )


async def _form(desk: Desk, visit: Visit) -> View:
    for orphan in await desk.control.orphans.find(visit.actor):
        if orphan.ref == visit.value:
            return orphan_form(orphan)
    return notice_view("No orphan", f"{visit.value} is no orphan any more.")


async def _request(desk: Desk, visit: Visit, ref: str) -> Reply:
    view = visit.request.view
    try:
        approval = await desk.control.orphans.request_removal(
            visit.actor, ref, reason=read_reason(view), confirm=read_confirm(view), origin=visit.origin
        )
    except InvalidRequest as fault:
        return point_out(errors_for(view, fault.errors))
    except Refused as fault:
        if fault.field != "confirm":
            raise
        return point_out(errors_for(view, [FieldError("confirm", fault.message)]))
    text = f"An approver has until {approval.expires_at:%Y-%m-%d %H:%M} UTC to answer."
    return show(notice_view("Asked", text, channel=desk.ops_channel))
