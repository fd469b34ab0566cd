"""The worst case as people see it: the banner while it is in force, the two questions before, what an approver is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bot.blocks import ids
from bot.blocks.kit import Block, Element, Message, View, actions, confirm, input_block, modal, section
from bot.blocks.reason_form import read_reason
from bot.blocks.run_buttons import lift_button
from bot.blocks.words import COMMAND, at_moment, code, said
from provisioning.domain.approval import Approval
from provisioning.domain.counting import count
from provisioning.domain.lockdown import CONFIRMATION, Lockdown
from provisioning.domain.run import Run, RunKind

_MOST_TYPED: Final = 500
_EFFECT: Final = (
    "*Every active tenant is suspended at once*, and that is proved at its own URL. Until the lockdown is lifted, "
    "nothing is provisioned or activated. Data stay; lifting it brings back exactly the tenants that it suspended."
)


@dataclass(frozen=True)
class LockdownValues:
    reason: str
    confirm: str


def lockdown_banner(lockdown: Lockdown | None) -> list[Block]:
    """What everybody must know who looks at tenants while it is in force."""
    if lockdown is None:
        return []
    text = (
        f"🔒 *LOCKDOWN* since {at_moment(lockdown.declared_at)}, by {said(lockdown.declared_by, 150)}: "
        f"{said(lockdown.reason, 600)}\n{count(lockdown.holds, 'tenant')} suspended by it; "
        "nothing is provisioned or activated."
    )
    return [section(text, accessory=lift_button())]


def in_force_message(lockdown: Lockdown) -> Message:
    return Message("A lockdown is in force already.", tuple(lockdown_banner(lockdown)))


def lockdown_form(*, reason: str, may_confirm: bool) -> View:
    """Only approvers are asked for the word that does without a second person."""
    blocks = [
        section(_EFFECT),
        input_block("Why?", _reason(reason), block_id="reason", hint="The audit log keeps it."),
    ]
    if may_confirm:
        word: Element = {"type": "plain_text_input", "action_id": ids.CONFIRM, "max_length": 20}
        hint = f"Type {CONFIRMATION}: it begins now, audited as done alone. Left empty: another approver is asked."
        blocks.append(
            input_block("No time for a second person?", word, block_id="confirm", hint=hint, optional=True)
        )
    return modal("Lockdown", blocks, callback_id=ids.LOCKDOWN_FORM, submit="Lock down", close="Cancel")


def lift_form(lockdown: Lockdown, *, reason: str = "") -> View:
    text = (
        f"{count(lockdown.holds, 'tenant')} come back as they were: {said(lockdown.reason, 600)}\n"
        "What was suspended before the lockdown, or by somebody since, stays so. A second person has to approve."
    )
    return modal(
        "Lift the lockdown",
        [
            section(text),
            input_block("Why?", _reason(reason), block_id="reason", hint="The approver sees it."),
        ],
        callback_id=ids.LIFT_FORM,
        submit="Ask for approval",
        close="Cancel",
    )


def read_lockdown(view: Mapping[str, Any]) -> LockdownValues:
    values = (view.get("state") or {}).get("values") or {}
    word = (values.get("confirm") or {}).get(ids.CONFIRM, {}).get("value")
    return LockdownValues(read_reason(view), str(word or ""))


def begun_text(run: Run, *, continued: bool) -> str:
    return f"{run.run_id} is under way already." if continued else f"{run.run_id} begins now."


def lift_button_message() -> Message:
    """The question came too late for Slack to open it; the button asks it again."""
    text = "That took too long for Slack. Press the button to open the question."
    return Message(text, (section(text), actions(lift_button())))


def fleet_facts(approval: Approval) -> str:
    until = f"Answer until {approval.expires_at:%Y-%m-%d %H:%M} UTC."
    facts = approval.facts
    if approval.action == RunKind.LOCKDOWN:
        hint = f"An approver who can't wait: {code(f'{COMMAND} lockdown')}."
        return f"{count(int(facts.get('active') or 0), 'active tenant')} will be suspended. {until} {hint}"
    since = datetime.fromisoformat(str(facts["declared_at"]))
    return (
        f"{count(int(facts.get('holds') or 0), 'tenant')} come back as they were. Lockdown since {at_moment(since)}, "
        f"by {said(str(facts.get('declared_by')), 150)}: {said(str(facts.get('lockdown_reason')), 600)}. {until}"
    )


def fleet_question(approval: Approval) -> dict[str, Any]:
    if approval.action == RunKind.LOCKDOWN:
        return confirm(
            "Lock all tenants down?",
            "Every active tenant is suspended at once.",
            yes="Lock down",
            no="Not yet",
            style="danger",
        )
    return confirm(
        "Lift the lockdown?",
        "The tenants that it suspended are served again at once.",
        yes="Lift it",
        no="Not yet",
        style="danger",
    )


def _reason(reason: str) -> Element:
    element: Element = {
        "type": "plain_text_input",
        "action_id": ids.REASON,
        "multiline": True,
        "max_length": _MOST_TYPED,
    }
    return element | ({"initial_value": reason[:_MOST_TYPED]} if reason else {})
