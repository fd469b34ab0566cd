"""The schema of all tenants: who has which version, who has drifted, who stays, and a new version for all."""

from typing import Final

from bot.blocks.fleet import drift_message, fleet_message, pinned_message, upgrade_form
from bot.blocks.kit import Message, View
from bot.blocks.notices import notice_view, trouble_message
from bot.blocks.provision_form import errors_for
from bot.blocks.reason_form import read_reason
from bot.desk import Desk
from bot.late_reply import reply_in_time
from bot.reception import Reply, point_out, show
from bot.visit import Visit
from bot.words_typed import plain_text, subdomain_in
from provisioning.domain.actor import Role
from provisioning.domain.approval import Approval
from provisioning.domain.drift import TenantDrift
from provisioning.errors import InvalidRequest

_LATE: Final = "That took too long for Slack to open the question. Please try again: `/tenant fleet upgrade`."
_LOOKING_SECONDS: Final = 6.0
_USAGE: Final = (
    "`/tenant fleet` shows who has which version; `drift [subdomain]`, `upgrade`, `pin subdomain reason` and "
    "`unpin subdomain` may follow."
)


async def fleet(desk: Desk, visit: Visit) -> Message | None:
    """`fleet`, and a word of its own behind it."""
    word, _, rest = plain_text(visit.value).partition(" ")
    match word.lower():
        case "" | "status":
            return fleet_message(await desk.control.fleet.status(visit.actor))
        case "drift":
            return await _drift(desk, visit, subdomain_in(rest, desk.domain) or None)
        case "upgrade":
            return await ask_upgrade(desk, visit)
        case "pin" | "unpin" as verb:
            return await _pin(desk, visit, rest.strip(), unpin=verb == "unpin")
    await desk.control.gate.require(visit.actor, Role.VIEWER, "fleet")
    return trouble_message(_USAGE)


async def ask_upgrade(desk: Desk, visit: Visit) -> Message | None:
    await desk.control.gate.require(visit.actor, Role.OPERATOR, "fleet.upgrade")
    return await desk.open_and_fill(
        visit.request.trigger_id,
        notice_view("Schema of all tenants", "⏳ Looking at the files, and trying them on no tenant …"),
        lambda: _form(desk, visit),
        late=_LATE,
    )


async def take_upgrade(desk: Desk, visit: Visit) -> Reply:
    return await reply_in_time(
        desk,
        visit,
        _request(desk, visit),
        waiting=notice_view("Schema of all tenants", "⏳ Asking …"),
        done=notice_view("Asked", "An approver is asked.", channel=desk.ops_channel),
    )


async def _form(desk: Desk, visit: Visit) -> View:
    return upgrade_form(await desk.control.upgrades.plan(visit.actor))


async def _request(desk: Desk, visit: Visit) -> Reply:
    """From Slack it is always asked for: one word on a phone does not change every tenant."""
    view = visit.request.view
    try:
        answer = await desk.control.upgrades.request(
            visit.actor, reason=read_reason(view), ask_second=True, origin=visit.origin
        )
    except InvalidRequest as fault:
        return point_out(errors_for(view, fault.errors))
    if answer is None:
        return show(notice_view("Nothing to do", "Every tenant that is not pinned has the newest version."))
    if isinstance(answer, Approval):
        text = f"An approver has until {answer.expires_at:%Y-%m-%d %H:%M} UTC to answer."
        return show(notice_view("Asked", text, channel=desk.ops_channel))
    return show(
        notice_view("Under way", f"{answer.run.run_id} is under way already.", channel=desk.ops_channel)
    )


async def _drift(desk: Desk, visit: Visit, subdomain: str | None) -> Message:
    until = desk.clock.monotonic() + _LOOKING_SECONDS
    found: list[TenantDrift] = []
    async for one in desk.control.fleet.drift(visit.actor, subdomain):
        found.append(one)
        if desk.clock.monotonic() > until:
            return drift_message(found, all_seen=False)
    return drift_message(found, all_seen=True)


async def _pin(desk: Desk, visit: Visit, words: str, *, unpin: bool) -> Message:
    name, _, reason = words.partition(" ")
    subdomain = subdomain_in(name, desk.domain)
    if not subdomain:
        return trouble_message(f"Which tenant? {_USAGE}")
    fleet = desk.control.fleet
    if unpin:
        return pinned_message(await fleet.unpin(visit.actor, subdomain))
    return pinned_message(await fleet.pin(visit.actor, subdomain, reason=reason))
