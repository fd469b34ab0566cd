"""What is said to whoever decided about a run, beside what its thread shows."""

from datetime import timedelta

from bot.blocks.ids import RUN_ROLLBACK
from bot.blocks.kit import Message, actions, button, section
from bot.blocks.words import code
from provisioning.control_plane.plans import RollbackPlan
from provisioning.domain.approval import NOTIFY, REMOVE_ORPHAN, Approval
from provisioning.domain.duration import duration_words
from provisioning.domain.lockdown import FLEET
from provisioning.domain.run import Run, RunKind, RunState


def retried_message(run: Run, channel: str) -> Message:
    return _short(f"🔁 {code(run.run_id)} goes on. Follow it in <#{channel}>.")


def cancelled_message(run: Run, channel: str) -> Message:
    if run.state is RunState.CANCELLED:
        return _short(f"{code(run.run_id)} is cancelled; nothing was made.")
    if run.state is RunState.WAITING:
        return _short(
            f"{code(run.run_id)} is stopped, and waits: retry it, or roll it back, in <#{channel}>."
        )
    return _short(f"{code(run.run_id)} stops before its next step. Follow it in <#{channel}>.")


def approved_message(approval: Approval, channel: str) -> Message:
    if approval.action == NOTIFY:
        return _short(
            f"✅ Approved: the notice about {code(approval.subdomain)} goes out. Follow it in <#{channel}>."
        )
    if approval.action == REMOVE_ORPHAN:
        return _short(f"✅ Approved: {code(approval.subdomain)} is removed. Follow it in <#{channel}>.")
    if approval.subdomain == FLEET:
        what = {
            RunKind.LOCKDOWN.value: "the lockdown begins now",
            RunKind.LIFT.value: "the lockdown is lifted now",
        }.get(approval.action, "the schema goes to one tenant first, then to the others")
        return _short(f"✅ Approved: {what}. Follow it in <#{channel}>.")
    grace = int(approval.request.get("grace_seconds", 0))
    then = (
        f"kept for {duration_words(timedelta(seconds=grace))}, in which it can be brought back"
        if grace
        else "and with no grace period, its backup is made and its project deleted right away"
    )
    return _short(
        f"✅ Approved: {code(approval.subdomain)} is suspended now, {then}. Follow it in <#{channel}>."
    )


def undone_message(run: Run, channel: str) -> Message:
    return _short(
        f"↩️ {code(run.subdomain)} comes back: it is activated and checked. Follow it in <#{channel}>."
    )


def rollback_button_message(plan: RollbackPlan) -> Message:
    """The question came too late for Slack to open it; the button asks it again."""
    text = f"That took too long for Slack. Press the button to see what rolling back {code(plan.run.run_id)} undoes."
    return Message(
        text, (section(text), actions(button(RUN_ROLLBACK, "Roll back …", plan.run.run_id, style="danger")))
    )


def _short(text: str) -> Message:
    return Message(text, (section(text),))
