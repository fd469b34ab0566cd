"""The card of an approval: asks for a decision, and later shows what it was."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.blocks.approval_card import approval_card
from bot.blocks.kit import Message
from bot.blocks.reminders import approval_reminder
from bot.blocks.run_steps import Shape
from bot.reporter.notes import Notes
from bot.reporter.standing import Standing
from provisioning.control_plane.approvals import Approvals
from provisioning.domain.approval import Approval, ApprovalState


@dataclass
class Card(Standing):
    approval: Approval
    approvals: Approvals
    approvers: Sequence[str] = ()

    @property
    def subject(self) -> str:
        return self.approval.approval_id

    @property
    def since(self) -> datetime:
        return self.approval.created_at

    @property
    def fingerprint(self) -> str:
        return self.approval.state.value

    @property
    def is_done(self) -> bool:
        return self.approval.state is not ApprovalState.PENDING and self.is_shown

    @property
    def waits_since(self) -> datetime | None:
        return self.approval.created_at if self.approval.state is ApprovalState.PENDING else None

    def remind(self, shape: Shape) -> Message:  # noqa: ARG002 - it has but one
        return approval_reminder(self.approval, self.approvers)

    def draw(self, shape: Shape) -> Message:  # noqa: ARG002 - it has but one
        return approval_card(self.approval, now=self.clock.now(), iteration=self.notes.edits)

    async def store(self, notes: Notes, *, done: bool) -> None:
        await self.approvals.save_report(self.approval.approval_id, notes.to_json(), done=done)
