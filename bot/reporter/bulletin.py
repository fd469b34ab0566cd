"""A digest in its channel: posted once, and never touched again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.blocks.digest import digest_message
from bot.blocks.kit import Message
from bot.blocks.run_steps import Shape
from bot.reporter.notes import Notes
from bot.reporter.standing import Standing
from provisioning.control_plane.digests import Digests
from provisioning.domain.digest import DigestRow


@dataclass
class Bulletin(Standing):
    row: DigestRow
    digests: Digests
    approvers: Sequence[str]

    @property
    def subject(self) -> str:
        return self.row.digest_id

    @property
    def since(self) -> datetime:
        return self.row.created_at

    @property
    def fingerprint(self) -> str:
        return "posted"

    @property
    def is_done(self) -> bool:
        return self.is_shown

    def draw(self, shape: Shape) -> Message:  # noqa: ARG002 - it has but one
        return digest_message(self.row.digest, approvers=self.approvers)

    async def store(self, notes: Notes, *, done: bool) -> None:
        await self.digests.save_report(self.row.digest_id, notes.to_json(), done=done)
