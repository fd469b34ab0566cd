"""Deciding about a run: retry, roll back, cancel. Every click is asked at the door again, however old its button is."""

from bot.blocks.confirmations import rollback_confirm
from bot.blocks.decided import cancelled_message, retried_message, rollback_button_message
from bot.blocks.kit import Message
from bot.blocks.notices import notice_view, trouble_message
from bot.desk import Desk
from bot.outbox.errors import SlackAway, SlackRefused
from bot.reception import CLOSE_ALL, Reply, show
from bot.visit import Visit
from bot.words_typed import subdomain_in
from provisioning.errors import TenantbotError


async def retry(desk: Desk, visit: Visit) -> Message:
    if not (reference := _reference(desk, visit)):
        return _which("retry")
    return retried_message(await desk.control.runs.retry(visit.actor, reference), desk.ops_channel)


async def cancel(desk: Desk, visit: Visit) -> Message:
    if not (reference := _reference(desk, visit)):
        return _which("cancel")
    return cancelled_message(await desk.control.runs.cancel(visit.actor, reference), desk.ops_channel)


async def ask_rollback(desk: Desk, visit: Visit) -> Message | None:
    """Show what would be undone before anything is; the run is named by its id from here on."""
    if not (reference := _reference(desk, visit)):
        return _which("rollback")
    plan = await desk.control.plans.rollback(visit.actor, reference)
    try:
        await desk.calls.call(
            "views.open", within=2.0, trigger_id=visit.request.trigger_id, view=rollback_confirm(plan)
        )
    except (SlackAway, SlackRefused):
        return rollback_button_message(plan)
    return None


async def take_rollback(desk: Desk, visit: Visit) -> Reply:
    """Roll back the run that was shown. If it has moved on meanwhile, the door says so."""
    run_id = str(visit.request.view.get("private_metadata") or "")
    try:
        await desk.control.runs.rollback(visit.actor, run_id)
    except TenantbotError as fault:
        return show(notice_view("Not rolled back", fault.message))
    return CLOSE_ALL


def _reference(desk: Desk, visit: Visit) -> str:
    return subdomain_in(visit.value, desk.domain)


def _which(verb: str) -> Message:
    return trouble_message(
        f"Which run? For example `/tenant {verb} customerinc`; `/tenant status` shows what there is."
    )
