"""A digest in its channel: its picture uploaded, then posted once, and never touched again."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import structlog

from bot.blocks.digest import alt_text, digest_message
from bot.blocks.kit import Block, Message, image
from bot.blocks.run_steps import Shape
from bot.outbox.errors import SlackError, SlackRefused
from bot.reporter.notes import Notes
from bot.reporter.standing import Standing
from provisioning.control_plane.digests import Digests
from provisioning.domain.digest import Digest, DigestRow

log = structlog.get_logger(__name__)

Draw = Callable[[Digest], Awaitable[bytes | None]]
"""Draws the picture of a digest as a PNG; None where pictures can't be drawn."""

_PROCESSED_AFTER: Final = 2.0
"""Seconds after which Slack usually shows what was uploaded; before that it refuses the blocks."""
_WITHOUT_AFTER: Final = 90.0
"""Seconds after which a digest is not held up by its picture any more."""
_TITLE: Final = "Tenants over time, and where provisioning takes its time"


@dataclass
class Bulletin(Standing):
    row: DigestRow
    digests: Digests
    approvers: Sequence[str]
    picture: Draw

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

    @property
    def may_be_posted(self) -> bool:
        return super().may_be_posted and self._pictured_for(_PROCESSED_AFTER)

    def insists_on(self, shape: Shape) -> bool:
        return shape == "plan" and not self._pictured_for(_WITHOUT_AFTER)

    async def post_root(self) -> None:
        if self.notes.picture is None:
            await self._upload()
        if self.may_be_posted:
            await super().post_root()

    def draw(self, shape: Shape) -> Message:
        return digest_message(
            self.row.digest, approvers=self.approvers, image=self._image() if shape == "plan" else None
        )

    async def store(self, notes: Notes, *, done: bool) -> None:
        await self.digests.save_report(self.row.digest_id, notes.to_json(), done=done)

    async def _upload(self) -> None:
        """A digest is worth more than its picture: what Slack does not take is left out."""
        number = ""
        try:
            if content := await self.picture(self.row.digest):
                number = await self.talks.upload(f"{self.row.digest_id}.png", content, title=_TITLE)
        except SlackError as fault:
            late = self._now() - self.since.timestamp() > _WITHOUT_AFTER
            if not isinstance(fault, SlackRefused) and not late:
                raise
            log.warning("the digest goes without its picture", reason=fault.message)
        await self._save(replace(self.notes, picture=number, pictured_at=self._now()))

    def _image(self) -> Block | None:
        return image(self.notes.picture, alt_text(self.row.digest)) if self.notes.picture else None

    def _pictured_for(self, seconds: float) -> bool:
        """Tell whether the picture, if there is one, was uploaded so long ago."""
        return not self.notes.picture or self._now() - self.notes.pictured_at >= seconds
