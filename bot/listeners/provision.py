"""Provisioning a tenant: the form, the plan, the start. What was typed travels with the view, so nothing is lost."""

from typing import Final

from bot.blocks.form_values import FormValues, read_form
from bot.blocks.ids import NO_VALUE
from bot.blocks.kit import Message, View
from bot.blocks.notices import form_button_message, notice_view
from bot.blocks.provision_form import Suggestion, errors_for, provision_form
from bot.blocks.provision_plan import checking_view, plan_view, starting_view, trouble_view
from bot.desk import Desk
from bot.in_time import in_time
from bot.late_reply import reply_in_time
from bot.outbox.errors import SlackAway, SlackRefused, SlackUnclear
from bot.reception import CLOSE_ALL, Reply, point_out, show
from bot.visit import Visit
from provisioning.control_plane.requests import Started
from provisioning.domain.actor import Role
from provisioning.domain.subdomain import subdomain_fault, suggest_subdomain
from provisioning.errors import InvalidRequest, Refused, TenantbotError, Transient

_OPEN_SECONDS: Final = 2.5
_ASK_SECONDS: Final = 1.2
_ASK_QUICKLY_SECONDS: Final = 0.5
_PLAN_SECONDS: Final = 10.0
_NO_PLAN: Final = "Not everything that a plan asks has answered in time; `tenantbot doctor` asks one by one."
_EXPIRED: Final = frozenset({"expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id"})


async def open_form(desk: Desk, visit: Visit) -> Message | None:
    """Open the form; what was typed after the verb is the company's name."""
    await desk.control.gate.require(visit.actor, Role.OPERATOR, "provision")
    company = "" if visit.value == NO_VALUE else visit.value
    values = FormValues(company=company).with_suggestion(suggest_subdomain(company))
    suggestion = await _about(desk, visit, values.wanted_subdomain, seconds=_ASK_QUICKLY_SECONDS)
    method = "views.push" if visit.request.place == "modal" else "views.open"
    try:
        await desk.calls.call(
            method,
            within=_OPEN_SECONDS,
            trigger_id=visit.request.trigger_id,
            view=_form(desk, values, suggestion),
        )
    except SlackUnclear:
        return None
    except (SlackAway, SlackRefused) as fault:
        if isinstance(fault, SlackRefused) and fault.code not in _EXPIRED:
            raise
        return form_button_message(company)
    return None


async def suggest(desk: Desk, visit: Visit) -> None:
    """The company's name was typed: suggest a subdomain for it, unless one was typed already."""
    view = visit.request.view
    values = read_form(view)
    suggested = values.with_suggestion(suggest_subdomain(values.company))
    if suggested == values:
        return
    suggestion = await _about(desk, visit, suggested.wanted_subdomain)
    await _redraw(desk, visit, _form(desk, suggested, suggestion))


async def take_form(desk: Desk, visit: Visit) -> Reply:
    """Point out what is wrong with the fields, or show that the plan is being made."""
    view = visit.request.view
    values = read_form(view)
    try:
        await in_time(_ASK_SECONDS, desk.control.plans.check(visit.actor, values.raw()))
    except InvalidRequest as fault:
        return point_out(errors_for(view, fault.errors))
    except (Transient, TimeoutError):
        pass  # the plan asks again, and says what is the matter
    desk.errands.start(_make_plan(desk, visit, values))
    return show(checking_view(values))


async def back_to_form(desk: Desk, visit: Visit) -> None:
    values = FormValues.from_json(visit.request.view.get("private_metadata") or "")
    await _redraw(desk, visit, _form(desk, values))


async def take_plan(desk: Desk, visit: Visit) -> Reply:
    """The last click. When the start takes longer than Slack waits, the view says so and is answered later."""
    values = FormValues.from_json(visit.request.view.get("private_metadata") or "")
    return await reply_in_time(
        desk,
        visit,
        _start(desk, visit, values),
        waiting=starting_view(values),
        done=notice_view("Started", "It is under way.", channel=desk.ops_channel),
    )


async def _start(desk: Desk, visit: Visit, values: FormValues) -> Reply:
    try:
        started = await desk.control.requests.provision(visit.actor, values.raw(), origin=visit.origin)
    except InvalidRequest as fault:
        return show(_form(desk, values, problem=fault.message))
    except Refused as fault:
        if fault.code == "taken":
            return show(_form(desk, values, problem=fault.message))
        return show(trouble_view(values, fault.message))
    except TenantbotError as fault:
        return show(trouble_view(values, fault.message))
    return CLOSE_ALL if not started.continued else show(_continued(desk, started))


async def _make_plan(desk: Desk, visit: Visit, values: FormValues) -> None:
    """Ask everything and show the answers where the waiting view stands."""
    try:
        plan = await in_time(_PLAN_SECONDS, desk.control.plans.provision(visit.actor, values.raw()))
    except TenantbotError as fault:
        view = trouble_view(values, fault.message)
    except TimeoutError:
        view = trouble_view(values, _NO_PLAN)
    else:
        view = plan_view(values, plan)
    await desk.calls.call("views.update", view_id=visit.request.view["id"], view=view)


async def _redraw(desk: Desk, visit: Visit, view: View) -> None:
    """Replace the view, unless it has changed meanwhile: then somebody has typed on."""
    at = visit.request.view
    try:
        await desk.calls.call("views.update", within=3.0, view_id=at["id"], hash=at.get("hash"), view=view)
    except SlackRefused as refused:
        if refused.code not in {"hash_conflict", "not_found", "view_not_found"}:
            raise


async def _about(
    desk: Desk, visit: Visit, subdomain: str, *, seconds: float = _ASK_SECONDS
) -> Suggestion | None:
    if not subdomain:
        return None
    if fault := subdomain_fault(subdomain):
        return Suggestion(subdomain, fault)
    try:
        question = await in_time(seconds, desk.control.plans.subdomain(visit.actor, subdomain))
    except (TenantbotError, TimeoutError):
        return None
    return Suggestion(subdomain, None if question.ok else question.answer)


def _form(
    desk: Desk, values: FormValues, suggestion: Suggestion | None = None, *, problem: str | None = None
) -> View:
    choices = desk.choices
    return provision_form(
        values,
        vendors=choices.vendors,
        regions=choices.regions,
        default_region=choices.default_region,
        domain=desk.domain,
        suggestion=suggestion,
        problem=problem,
    )


def _continued(desk: Desk, started: Started) -> View:
    text = f"This is under way already, as {started.run.run_id}."
    return notice_view("Under way", text, channel=desk.ops_channel)
