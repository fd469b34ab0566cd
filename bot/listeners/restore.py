"""A deleted tenant comes back: a backup is chosen, the plan shown, the run started.

Into a bare database only the terminal restores: its address is a secret, which Slack would keep.
"""

from bot.blocks.kit import Message, View
from bot.blocks.notices import notice_view
from bot.blocks.provision_form import errors_for
from bot.blocks.restore_form import RestoreValues, read_restore, restore_form
from bot.blocks.restore_plan import (
    reading_view,
    restore_plan_view,
    restore_trouble_view,
    starting_restore_view,
)
from bot.desk import Desk
from bot.late_reply import reply_in_time
from bot.reception import CLOSE_ALL, Reply, point_out, show
from bot.visit import Visit
from bot.words_typed import archive_in
from provisioning.domain.actor import Role
from provisioning.errors import FieldError, InvalidRequest, Refused, TenantbotError

_LATE = "That took too long for Slack to open the form. Please try again: `/tenant restore`."
_EMPTY = "The archive has no backup yet. `/tenant deprovision` makes one before it deletes anything."


async def ask(desk: Desk, visit: Visit) -> Message | None:
    """`restore`, with a subdomain or a backup if one likes."""
    await desk.control.gate.require(visit.actor, Role.OPERATOR, "restore")
    wanted = archive_in(visit.value, desk.domain)
    return await desk.open_and_fill(
        visit.request.trigger_id,
        notice_view("Restore a tenant", "⏳ Looking at what the archive has …"),
        lambda: _form(desk, visit, RestoreValues(), wanted),
        late=_LATE,
    )


async def take_form(desk: Desk, visit: Visit) -> Reply:
    """Point out what is wrong with the fields, or show what would be made."""
    values = read_restore(visit.request.view)
    return await reply_in_time(
        desk,
        visit,
        _plan(desk, visit, values),
        waiting=reading_view(values),
        done=restore_trouble_view(values, "The plan was lost on its way."),
    )


async def back_to_form(desk: Desk, visit: Visit) -> None:
    view = visit.request.view
    values = RestoreValues.from_json(str(view.get("private_metadata") or "{}"))
    await desk.calls.call(
        "views.update", within=3.0, view_id=view["id"], view=await _form(desk, visit, values)
    )


async def take_plan(desk: Desk, visit: Visit) -> Reply:
    values = RestoreValues.from_json(str(visit.request.view.get("private_metadata") or "{}"))
    return await reply_in_time(
        desk,
        visit,
        _start(desk, visit, values),
        waiting=starting_restore_view(values),
        done=notice_view("Started", "It is under way.", channel=desk.ops_channel),
    )


async def _form(desk: Desk, visit: Visit, values: RestoreValues, wanted: str = "") -> View:
    archives = await desk.control.restores.archives(visit.actor)
    if not archives:
        return notice_view("Nothing to restore", _EMPTY)
    return restore_form(archives, values, wanted=wanted)


async def _plan(desk: Desk, visit: Visit, values: RestoreValues) -> Reply:
    try:
        plan = await desk.control.restores.plan(
            visit.actor, values.archive, values.subdomain, reason=values.reason
        )
    except InvalidRequest as fault:
        return point_out(errors_for(visit.request.view, fault.errors))
    except Refused as fault:
        if fault.field is None:
            raise
        return point_out(errors_for(visit.request.view, [FieldError(fault.field, fault.message)]))
    return show(restore_plan_view(values, plan))


async def _start(desk: Desk, visit: Visit, values: RestoreValues) -> Reply:
    try:
        started = await desk.control.restores.as_tenant(
            visit.actor, values.archive, values.subdomain, reason=values.reason, origin=visit.origin
        )
    except TenantbotError as fault:
        return show(restore_trouble_view(values, fault.message))
    if started.continued:
        return show(
            notice_view(
                "Under way", f"This is under way already, as {started.run.run_id}.", channel=desk.ops_channel
            )
        )
    return CLOSE_ALL
