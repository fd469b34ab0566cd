"""What is told unasked, in the ops channel; an alarm is edited while there is more to it, and when it is over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.blocks.kit import Message
from bot.blocks.notice import notice_message
from bot.blocks.run_steps import Shape
from bot.reporter.notes import Notes
from bot.reporter.standing import Standing
from provisioning.control_plane.rounds import Rounds
from provisioning.domain.round import Notice


@dataclass
class Announcement(Standing):
    notice: Notice
    rounds: Rounds
    approvers: Sequence[str]

    @property
    def subject(self) -> str:
        return self.notice.notice_id

    @property
    def since(self) -> datetime:
        return self.notice.created_at

    @property
    def fingerprint(self) -> str:
        return self.notice.print

    @property
    def is_done(self) -> bool:
        return self.is_shown

    def draw(self, shape: Shape) -> Message:  # noqa: ARG002 - it has but one
        return notice_message(self.notice, self.approvers, iteration=self.notes.edits)

    async def store(self, notes: Notes, *, done: bool) -> None:
        told = self.notice.print if done else None
        await self.rounds.save_report(self.notice.notice_id, notes.to_json(), told=told)
