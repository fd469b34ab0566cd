"""What a restore would make, what it costs, and what the backup holds: shown before anything is made."""

from bot.blocks.ids import NO_VALUE, RESTORE_BACK, RESTORE_PLAN
from bot.blocks.kit import Block, View, actions, button, context, modal, section
from bot.blocks.provision_plan import answers_of, outlook
from bot.blocks.restore_form import RestoreValues
from bot.blocks.words import at_moment, code, money, said
from provisioning.control_plane.restores import RestorePlan
from provisioning.domain.counting import count

_TITLE = "Restore a tenant"


def reading_view(values: RestoreValues) -> View:
    """Shown while the backup is read and the outside is asked. There is nothing to submit yet."""
    return _view(values, section(f"⏳ Reading {code(values.archive)}, and asking whether this will work …"))


def restore_plan_view(values: RestoreValues, found: RestorePlan) -> View:
    plan, request = found.plan, found.plan.request
    place = "in the place of its tombstone" if found.revives else "as a new tenant"
    return _view(
        values,
        section(
            f"*{said(request.company, 300)}* comes back at {code(request.subdomain)}, {place}, "
            f"in {said(request.region, 60)}"
        ),
        section(
            f"*The backup:* {code(found.archive)}, taken {at_moment(found.taken_at)}: "
            f"{count(found.tables, 'table')}, {count(found.rows, 'row')}, {count(found.users, 'user')}"
        ),
        section("\n".join(f"{number}. {said(title, 120)}" for number, title in enumerate(plan.steps, 1))),
        section(f"It costs {money(plan.monthly_cost)}, from the first step on."),
        section("\n".join(answers_of(plan))),
        context(outlook(plan)),
        actions(button(RESTORE_BACK, "Back to the form", NO_VALUE)),
        submit="Restore" if plan.ready else "Restore anyway",
    )


def starting_restore_view(values: RestoreValues) -> View:
    return _view(values, section("⏳ Starting …"))


def restore_trouble_view(values: RestoreValues, message: str) -> View:
    """Said instead of the plan, or of the start; what was typed is kept for another try."""
    return _view(
        values,
        section(f"⚠️ {said(message, 2500)}"),
        context("Nothing was started, and nothing that you typed is lost."),
        actions(button(RESTORE_BACK, "Back to the form", NO_VALUE)),
    )


def _view(values: RestoreValues, *blocks: Block, submit: str | None = None) -> View:
    return modal(
        _TITLE,
        blocks,
        callback_id=RESTORE_PLAN,
        submit=submit,
        close="Cancel",
        private_metadata=values.to_json(),
    )
