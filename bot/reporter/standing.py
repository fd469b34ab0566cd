"""A message that shows how something stands: posted once, edited in place, and replaced when it is lost."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Protocol

import structlog

from bot.blocks.kit import Message
from bot.blocks.run_steps import Shape
from bot.outbox.errors import SlackAway, SlackRefused
from bot.reporter.fingerprint import gap
from bot.reporter.notes import Kind, Notes, metadata
from provisioning.ports import Clock

log = structlog.get_logger(__name__)

MOST_ROOTS: Final = 5

REMINDER_GAPS: Final = (3600.0, 4 * 3600.0, 86_400.0)
"""Seconds until the first reminder, and between it and the next ones; the last gap stays."""

# Slack's words for blocks it does not take; another shape of the same message may do.
_BLOCKS_REFUSED: Final = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "block_mismatch"}
)
# Slack's words for a message that can't be changed any more, or a thread that is gone.
_ROOT_LOST: Final = frozenset(
    {
        *("message_not_found", "thread_not_found", "cant_update_message", "edit_window_closed"),
        *("msg_not_found", "message_not_in_thread", "cannot_reply_to_message", "is_inactive"),
    }
)

Draw = Callable[[Shape], Message | None]


class Talks(Protocol):
    """What a message asks of the outbox."""

    async def call(
        self, method: str, *, within: float | None = None, **arguments: Any
    ) -> Mapping[str, Any]: ...
    async def find_posted(
        self, channel: str, key: str, *, thread_ts: str | None, after: Any, within: float | None = None
    ) -> str | None: ...
    async def upload(self, name: str, content: bytes, *, title: str) -> str: ...
    def may_post(self, channel: str) -> bool: ...
    def may_update(self, *, reserve: int = 0) -> bool: ...


@dataclass
class Standing(ABC):
    """Brings what Slack shows closer to what a row says, one call at a time; each is noted down.

    `fingerprint` is what is to be seen: while it differs from what the notes say is shown, an edit is due.
    """

    notes: Notes
    talks: Talks
    clock: Clock

    @property
    @abstractmethod
    def subject(self) -> str:
        """The id of what the message is about."""

    @property
    @abstractmethod
    def since(self) -> datetime:
        """When that came to be: no message about it is older."""

    @property
    @abstractmethod
    def fingerprint(self) -> str: ...

    @abstractmethod
    def draw(self, shape: Shape) -> Message: ...

    @abstractmethod
    async def store(self, notes: Notes, *, done: bool) -> None: ...

    def insists_on(self, shape: Shape) -> bool:  # noqa: ARG002 - a message may
        """Tell whether the same shape may be taken later, so that no simpler one is tried now."""
        return False

    @property
    def may_be_posted(self) -> bool:
        return self.talks.may_post(self.notes.channel)

    @property
    def needs_root(self) -> bool:
        return self.notes.root is None and self.notes.roots < MOST_ROOTS and not self.is_unsettled

    @property
    def is_unsettled(self) -> bool:
        """A message may be there that nobody has found yet: another one would be the second."""
        return self.notes.posting is not None

    @property
    def is_stale(self) -> bool:
        return self.notes.root is not None and self.notes.shown != self.fingerprint

    @property
    def is_shown(self) -> bool:
        """Nothing is left to be shown: it is there as it should be, or was given up."""
        given_up = self.notes.root is None and self.notes.roots >= MOST_ROOTS
        return given_up or (self.notes.root is not None and not self.is_stale)

    @property
    def edit_is_due(self) -> bool:
        return self.is_stale and self._now() - self.notes.shown_at >= gap(self.notes.edits)

    async def settle(self) -> None:
        """A message was being posted when the process ended, or its answer was lost: is it there?"""
        posting = self.notes.posting
        if posting is None:
            return
        try:
            found = await self.talks.find_posted(
                self.notes.channel,
                posting.key,
                thread_ts=None if posting.kind == "root" else self.notes.root,
                after=self.since,
            )
        except SlackRefused as refused:
            if posting.kind == "root" or refused.code not in _ROOT_LOST:
                raise
            await self._save(self.notes.without_root())
            return
        if found is None:
            await self._save(replace(self.notes, posting=None))
        else:
            log.info("message found again", key=posting.key)
            await self._posted(posting.kind, found, told=posting.told, shown=None)

    async def post_root(self) -> None:
        await self._post("root", self.draw, told=self.notes.told)

    async def edit(self) -> None:
        assert self.notes.root is not None
        ts = self.notes.root
        if await self._say("chat.update", self.draw, ts=ts) is not None:
            self.notes = replace(
                self.notes, shown=self.fingerprint, shown_at=self._now(), edits=self.notes.edits + 1
            )
        await self._save(self.notes)

    @property
    def waits_since(self) -> datetime | None:
        """Since when a person has had to act; None where nobody has to."""
        return None

    @property
    def reminders(self) -> int:
        """How often they were reminded of that."""
        since = self.waits_since
        is_the_same = since is not None and self.notes.reminded_of == since.timestamp()
        return self.notes.reminders if is_the_same else 0

    @property
    def reminder_is_due(self) -> bool:
        """Counted from the last one, so that a reminder which came late is not followed by another at once."""
        since = self.waits_since
        if since is None or self.notes.root is None or self.is_unsettled:
            return False
        last = self.notes.reminded_at if self.reminders else since.timestamp()
        return self._now() - last >= REMINDER_GAPS[min(self.reminders, len(REMINDER_GAPS) - 1)]

    async def post_reminder(self) -> None:
        since = self.waits_since
        assert since is not None
        self.notes = replace(self.notes, reminders=self.reminders, reminded_of=since.timestamp())
        await self._post("reminder", self.remind, told=self.notes.told)

    def remind(self, shape: Shape) -> Message:
        """What is said in the thread to those who can decide."""
        raise NotImplementedError

    async def close(self) -> None:
        await self.store(self.notes, done=True)

    async def _post(self, kind: Kind, draw: Draw, *, told: int) -> None:
        """Note the message down, post it, note down that it is there."""
        thread_ts = None if kind == "root" else self.notes.root
        await self._save(self.notes.begin(self.subject, kind, told=told))
        posting = self.notes.posting
        assert posting is not None
        try:
            answer = await self._say(
                "chat.postMessage",
                draw,
                thread_ts=thread_ts,
                metadata=metadata(self.subject, posting),
                unfurl_links=False,
                unfurl_media=False,
            )
        except (SlackAway, SlackRefused):  # certainly not posted, so there is nothing to look for
            await self._save(replace(self.notes, posting=None))
            raise
        if answer is None:
            await self._save(replace(self.notes, posting=None))
        else:
            shown = self.fingerprint if kind == "root" else None
            await self._posted(kind, str(answer["ts"]), told=posting.told, shown=shown)

    async def _posted(self, kind: Kind, ts: str, *, told: int, shown: str | None) -> None:
        now = self._now()
        notes = replace(self.notes, posting=None)
        if kind == "root":
            notes = replace(notes, root=ts, shown=shown, shown_at=now)
        else:
            notes = replace(notes, told=told, told_at=now, lines=notes.lines + 1)
        if kind == "reminder":
            notes = replace(notes, reminders=notes.reminders + 1, reminded_at=now)
        await self._save(replace(notes, ended=notes.ended or kind == "end"))

    async def _say(self, method: str, draw: Draw, **arguments: Any) -> Mapping[str, Any] | None:
        """Call, with simpler blocks where these are refused. None: the root is lost, and this call with it."""
        shapes: tuple[Shape | None, ...] = (self.notes.shape, "plain", None)
        for shape in dict.fromkeys(shapes):
            message = draw(shape or "plain")
            assert message is not None
            blocks = list(message.blocks) if shape else []
            try:
                answer = await self.talks.call(
                    method, channel=self.notes.channel, text=message.text, blocks=blocks, **arguments
                )
            except SlackRefused as refused:
                if refused.code in _ROOT_LOST:
                    log.warning("root message is lost", code=refused.code)
                    self.notes = self.notes.without_root()
                    return None
                if shape is None or refused.code not in _BLOCKS_REFUSED or self.insists_on(shape):
                    raise
                log.warning("blocks refused", code=refused.code, shape=shape)
                continue
            self.notes = replace(self.notes, shape=shape or "plain")
            return answer
        raise AssertionError("the last shape answers or raises")

    async def _save(self, notes: Notes) -> None:
        self.notes = notes
        await self.store(notes, done=False)

    def _now(self) -> float:
        return self.clock.now().timestamp()
