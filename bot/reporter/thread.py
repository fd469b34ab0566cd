"""One run's thread: a root message that shows progress, a line for each step, and the checklist at the end."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

import structlog

from bot.blocks.kit import Message
from bot.blocks.run_progress import root_message
from bot.blocks.run_steps import Shape
from bot.blocks.run_thread import end_message, step_lines
from bot.outbox.errors import SlackAway, SlackRefused
from bot.reporter.fingerprint import fingerprint, gap, is_urgent
from bot.reporter.notes import Kind, Notes, metadata
from provisioning.control_plane.reports import Report, Reports
from provisioning.domain.run import RunEvent, RunId, RunState
from provisioning.ports import Clock

log = structlog.get_logger(__name__)

_LINE_GAP: Final = 1.0
_MOST_ROOTS: Final = 5

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


class Talks(Protocol):
    """What a thread asks of the outbox."""

    async def call(
        self, method: str, *, within: float | None = None, **arguments: Any
    ) -> Mapping[str, Any]: ...
    async def find_posted(
        self, channel: str, key: str, *, thread_ts: str | None, after: Any, within: float | None = None
    ) -> str | None: ...
    def may_post(self, channel: str) -> bool: ...
    def may_update(self, *, reserve: int = 0) -> bool: ...


@dataclass
class Thread:
    """Brings what Slack shows of a run closer to what its row says, one call at a time; each is noted down."""

    report: Report
    notes: Notes
    talks: Talks
    reports: Reports
    clock: Clock
    worker_alive: bool
    monthly_cost: float

    def __post_init__(self) -> None:
        self._print = fingerprint(self.report, worker_alive=self.worker_alive)
        told = max((event.event_id for event in self.report.events), default=0)
        self._newest = max(told, self.notes.told)

    @property
    def run_id(self) -> RunId:
        return self.report.run.run_id

    @property
    def state(self) -> RunState:
        return self.report.run.state

    @property
    def stands_still(self) -> bool:
        """Somebody may be waiting for just this: it has ended, or a person must act."""
        return self.state not in {RunState.QUEUED, RunState.RUNNING}

    @property
    def may_be_posted(self) -> bool:
        return self.talks.may_post(self.notes.channel)

    @property
    def needs_root(self) -> bool:
        return self.notes.root is None and self.notes.roots < _MOST_ROOTS and not self.is_unsettled

    @property
    def is_unsettled(self) -> bool:
        """A message may be there that nobody has found yet: another one would be the second."""
        return self.notes.posting is not None

    @property
    def is_stale(self) -> bool:
        return self.notes.root is not None and self.notes.shown != self._print

    @property
    def is_urgent(self) -> bool:
        return self.is_stale and is_urgent(self.state, self.notes.shown)

    @property
    def edit_is_due(self) -> bool:
        return self.is_stale and self._now() - self.notes.shown_at >= gap(self.notes.edits)

    @property
    def end_is_due(self) -> bool:
        is_due = self.notes.root is not None and not self.state.is_open and not self.notes.ended
        return is_due and not self.is_unsettled

    @property
    def lines_are_due(self) -> bool:
        may_be = self.notes.root is not None and self.state.is_open and not self.is_unsettled
        rested = self._now() - self.notes.told_at >= _LINE_GAP
        return may_be and rested and self._lines("plain") is not None

    @property
    def is_done(self) -> bool:
        given_up = self.notes.root is None and self.notes.roots >= _MOST_ROOTS
        shown = self.notes.root is not None and not self.is_stale
        return not self.state.is_open and (given_up or (self.notes.ended and shown))

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
                after=self.report.run.created_at,
            )
        except SlackRefused as refused:
            if posting.kind == "root" or refused.code not in _ROOT_LOST:
                raise
            await self._save(self.notes.without_root())
            return
        if found is None:
            await self._save(replace(self.notes, posting=None))
        else:
            log.info("message found again", run_id=self.run_id, key=posting.key)
            await self._posted(posting.kind, found, told=posting.told, shown=None)

    async def post_root(self) -> None:
        await self._post("root", self._root)

    async def post_lines(self) -> None:
        await self._post("lines", self._lines)

    async def post_end(self) -> None:
        await self._post("end", self._end)

    async def edit(self) -> None:
        assert self.notes.root is not None
        ts = self.notes.root
        if await self._say("chat.update", self._root, ts=ts) is not None:
            self.notes = replace(
                self.notes, shown=self._print, shown_at=self._now(), edits=self.notes.edits + 1
            )
        await self._save(self.notes)

    async def close(self) -> None:
        await self.reports.save(self.run_id, self.notes.to_json(), done=True)

    async def _post(self, kind: Kind, draw: "Draw") -> None:
        """Note the message down, post it, note down that it is there."""
        thread_ts = None if kind == "root" else self.notes.root
        await self._save(self.notes.begin(self.run_id, kind, told=self._newest))
        posting = self.notes.posting
        assert posting is not None
        try:
            answer = await self._say(
                "chat.postMessage",
                draw,
                thread_ts=thread_ts,
                metadata=metadata(self.run_id, posting),
                unfurl_links=False,
                unfurl_media=False,
            )
        except (SlackAway, SlackRefused):  # certainly not posted, so there is nothing to look for
            await self._save(replace(self.notes, posting=None))
            raise
        if answer is None:
            await self._save(replace(self.notes, posting=None))
        else:
            shown = self._print if kind == "root" else None
            await self._posted(kind, str(answer["ts"]), told=posting.told, shown=shown)

    async def _posted(self, kind: Kind, ts: str, *, told: int, shown: str | None) -> None:
        now = self._now()
        if kind == "root":
            notes = replace(self.notes, posting=None, root=ts, shown=shown, shown_at=now)
        else:
            notes = replace(self.notes, posting=None, told=told, told_at=now, lines=self.notes.lines + 1)
        await self._save(replace(notes, ended=notes.ended or kind == "end"))

    async def _say(self, method: str, draw: "Draw", **arguments: Any) -> Mapping[str, Any] | None:
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
                    log.warning("root message is lost", run_id=self.run_id, code=refused.code)
                    self.notes = self.notes.without_root()
                    return None
                if shape is None or refused.code not in _BLOCKS_REFUSED:
                    raise
                log.warning("blocks refused", code=refused.code, shape=shape)
                continue
            self.notes = replace(self.notes, shape=shape or "plain")
            return answer
        raise AssertionError("the last shape answers or raises")

    def _root(self, shape: Shape) -> Message:
        return root_message(
            self.report.run,
            self.report.tenant,
            self.report.access_url,
            now=self.clock.now(),
            worker_alive=self.worker_alive,
            monthly_cost=self.monthly_cost,
            iteration=self.notes.edits,
            shape=shape,
        )

    def _lines(self, shape: Shape) -> Message | None:
        return step_lines(
            self.report.run, self._events(told=False), earlier=self._events(told=True), shape=shape
        )

    def _end(self, shape: Shape) -> Message:
        report = self.report
        return end_message(
            report.run,
            report.tenant,
            report.access_url,
            events=self._events(told=False),
            earlier=self._events(told=True),
            shape=shape,
        )

    def _events(self, *, told: bool) -> Sequence[RunEvent]:
        """The events that have their line already, or the others, by what is noted now."""
        return [one for one in self.report.events if (one.event_id <= self.notes.told) is told]

    async def _save(self, notes: Notes) -> None:
        self.notes = notes
        await self.reports.save(self.run_id, notes.to_json())

    def _now(self) -> float:
        return self.clock.now().timestamp()


Draw = Callable[[Shape], Message | None]
