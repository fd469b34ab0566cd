"""The buttons of a run: what can be decided about it as it stands. The door decides what may be."""

from bot.blocks.ids import (
    LOCKDOWN_LIFT,
    NO_VALUE,
    RUN_CANCEL,
    RUN_RETRY,
    RUN_ROLLBACK,
    RUN_UNDO,
    TENANT_ACTIVATE,
    TENANT_VERIFY,
)
from bot.blocks.kit import Element, button, confirm, link_button
from bot.blocks.run_ending import NO_VERDICT
from bot.blocks.run_words import is_undoing, may_be_rolled_back, may_be_undone
from provisioning.domain.run import Run, RunKind, RunState


def run_buttons(run: Run, access_url: str) -> list[Element]:
    """Retry, roll back, cancel while it is open; the way to the tenant once it is there."""
    if run.state.is_open:
        return decision_buttons(run)
    if run.state is RunState.SUCCEEDED and run.kind is RunKind.LOCKDOWN:
        return [lift_button()]
    if run.state is not RunState.SUCCEEDED or run.kind in NO_VERDICT:
        return []
    if run.kind is RunKind.SUSPEND:
        return [button(TENANT_ACTIVATE, "Activate …", run.subdomain)]
    return tenant_buttons(run.subdomain, access_url)


def decision_buttons(run: Run) -> list[Element]:
    waits = run.state is RunState.WAITING
    found: list[Element] = []
    if waits and (run.error is not None or run.kind is not RunKind.DEPROVISION):
        label = "Go on rolling back" if is_undoing(run) else "Retry"
        found.append(button(RUN_RETRY, label, run.run_id, style="primary"))
    if waits and run.kind is RunKind.LOCKDOWN:
        found.append(lift_button())
    if waits and may_be_undone(run):
        found.append(button(RUN_UNDO, "Undo: bring it back", run.run_id, style="primary"))
    if waits and may_be_rolled_back(run):
        found.append(button(RUN_ROLLBACK, "Roll back", run.run_id, style="danger"))
    if _may_be_cancelled(run):
        found.append(button(RUN_CANCEL, "Cancel", run.run_id, confirm=_CONFIRM_CANCEL))
    return found


def lift_button() -> Element:
    return button(LOCKDOWN_LIFT, "Lift …", NO_VALUE)


def tenant_buttons(subdomain: str, access_url: str) -> list[Element]:
    return [
        link_button("Open tenant", access_url),
        button(TENANT_VERIFY, "Verify", subdomain or NO_VALUE),
    ]


_CONFIRM_CANCEL = confirm(
    "Cancel this run?",
    "It stops before its next step. What it has made stays, until you retry or roll back.",
    yes="Cancel the run",
    no="Let it run",
    style="danger",
)


def _may_be_cancelled(run: Run) -> bool:
    """Over at once when nothing was made; else it stops where it is. A roll back is not stopped half-way."""
    may_be = run.state.is_open and not run.cancel_requested and not is_undoing(run)
    return may_be and run.kind not in {RunKind.DEPROVISION, RunKind.LOCKDOWN}
