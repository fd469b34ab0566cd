"""The views between the form and the start of a run: being asked, the answers, and trouble on the way."""

from bot.blocks.form_values import FormValues
from bot.blocks.ids import NO_VALUE, PROVISION_BACK, PROVISION_PLAN
from bot.blocks.kit import Block, View, actions, button, context, modal, section
from bot.blocks.words import ANSWER_MARKS, code, money, said
from provisioning.control_plane.plans import Plan

_TITLE = "Provision a tenant"
_MOST_ANSWER = 250


def checking_view(values: FormValues) -> View:
    """Shown while the outside is asked. There is nothing to submit yet."""
    return _view(
        values,
        section(f"*{said(values.company, 300)}* as {code(values.wanted_subdomain)}"),
        section("⏳ Asking Supabase, DNS, mail and the platform whether this will work …"),
    )


def plan_view(values: FormValues, plan: Plan) -> View:
    """What will be made, what it costs, and what the outside said to it. A plan that is not ready may be tried anyway."""
    request = plan.request
    who = f"{said(request.admin_name, 300)} ({said(request.admin_email, 300)})"
    return _view(
        values,
        section(
            f"*{said(request.company, 300)}* as {code(request.subdomain)} in {said(request.region, 60)}, admin {who}"
        ),
        section("\n".join(f"{number}. {said(title, 120)}" for number, title in enumerate(plan.steps, 1))),
        section(f"It costs {money(plan.monthly_cost)}, from the first step on."),
        section("\n".join(answers_of(plan))),
        context(outlook(plan)),
        _back(),
        submit="Provision" if plan.ready else "Provision anyway",
    )


def trouble_view(values: FormValues, message: str) -> View:
    """Said instead of the plan. What was typed is kept: for another try, or on the way back to the form."""
    return _view(
        values,
        section(f"⚠️ {said(message, 2500)}"),
        context("Nothing was started, and nothing that you typed is lost."),
        _back(),
        submit="Try again",
    )


def starting_view(values: FormValues) -> View:
    """Shown when the start takes longer than Slack waits for an answer to the click."""
    return _view(
        values,
        section(f"*{said(values.company, 300)}* as {code(values.wanted_subdomain)}"),
        section("⏳ Starting …"),
    )


def _view(values: FormValues, *blocks: Block, submit: str | None = None) -> View:
    return modal(
        _TITLE,
        blocks,
        callback_id=PROVISION_PLAN,
        submit=submit,
        close="Cancel",
        private_metadata=values.to_json(),
    )


def answers_of(plan: Plan) -> list[str]:
    """What the outside said, a line for each question."""
    return [
        f"{ANSWER_MARKS[question.ok]} *{said(question.name, 60)}*: {said(question.answer, _MOST_ANSWER)}"
        for question in plan.questions
    ] or ["Nothing had to be asked."]


def outlook(plan: Plan) -> str:
    """What is to be expected after these answers."""
    if plan.ready:
        ready = "Everything that a run needs is there."
        unsure = any(question.ok is None for question in plan.questions)
        return f"{ready} Lines with – do not stand in the way, but deserve a look." if unsure else ready
    return "Go back and correct what is marked ✗. Started anyway, the run stops there and waits for you."


def _back() -> Block:
    return actions(button(PROVISION_BACK, "Back to the form", NO_VALUE))
