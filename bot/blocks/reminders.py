"""A reminder in a thread: who can decide, what about, and since when it waits."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.blocks.addressing import address
from bot.blocks.kit import Message, section
from bot.blocks.run_waiting import why
from bot.blocks.run_words import requester_id
from bot.blocks.words import at_moment, code, said, state
from provisioning.domain.approval import Approval
from provisioning.domain.run import Run

_ALONE: Final = 2
"""So many reminders go to whoever asked alone; then everybody hears who could decide as well."""


def run_reminder(run: Run, since: datetime, operators: Sequence[str], *, number: int) -> Message:
    """`number` counts the reminders before this one."""
    asker = requester_id(run)
    everybody = number >= _ALONE or asker is None
    who = address([*([asker] if asker else []), *(operators if everybody else ())])
    text = (
        f"⏳ {who or said(run.requested_by, 150)}: {code(run.run_id)} has waited since {at_moment(since)}. "
        f"{why(run)} The buttons above decide."
    )
    return Message(text, (section(text),))


def approval_reminder(approval: Approval, approvers: Sequence[str]) -> Message:
    """Nobody answers their own question, so whoever asked is not asked."""
    who = address(one for one in approvers if one != approval.origin.get("user"))
    text = (
        f"⏳ {who or 'An approver'}: this has waited for an answer since {at_moment(approval.created_at)}, and expires "
        f"{at_moment(approval.expires_at)}. ({said(state(approval.action), 60)})"
    )
    return Message(text, (section(text),))
