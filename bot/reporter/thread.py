"""One run's thread: a root message that shows progress, a line for each step, and the checklist at the end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.blocks.kit import Message
from bot.blocks.reminders import run_reminder
from bot.blocks.run_progress import root_message
from bot.blocks.run_steps import Shape
from bot.blocks.run_thread import end_message, step_lines
from bot.reporter.fingerprint import fingerprint, is_urgent
from bot.reporter.notes import Notes
from bot.reporter.standing import Standing
from provisioning.control_plane.reports import Report, Reports
from provisioning.domain.run import RunEvent, RunId, RunKind, RunState

_LINE_GAP: Final = 1.0
_BEGINNINGS: Final = frozenset({"requested", "retried", "rolling back"})
"""Events after which a wait is another one."""


@dataclass
class Thread(Standing):
    """The root message of a run, and what is said below it."""

    report: Report
    reports: Reports
    worker_alive: bool
    monthly_cost: float
    operators: Sequence[str] = ()

    def __post_init__(self) -> None:
        self._print = fingerprint(self.report, worker_alive=self.worker_alive)
        told = max((event.event_id for event in self.report.events), default=0)
        self._newest = max(told, self.notes.told)

    @property
    def run_id(self) -> RunId:
        return self.report.run.run_id

    @property
    def subject(self) -> str:
        return self.run_id

    @property
    def since(self) -> datetime:
        return self.report.run.created_at

    @property
    def fingerprint(self) -> str:
        return self._print

    @property
    def state(self) -> RunState:
        return self.report.run.state

    @property
    def stands_still(self) -> bool:
        """Somebody may be waiting for just this: it has ended, or a person must act."""
        return self.state not in {RunState.QUEUED, RunState.RUNNING}

    @property
    def is_urgent(self) -> bool:
        return self.is_stale and is_urgent(self.state, self.notes.shown)

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
    def waits_since(self) -> datetime | None:
        """A run that looks again by itself waits on; one in its grace period waits for nobody."""
        run = self.report.run
        if run.state is not RunState.WAITING or (run.kind is RunKind.DEPROVISION and run.error is None):
            return None
        since: datetime | None = None
        for event in self.report.events:
            if event.what in _BEGINNINGS:
                since = None
            elif event.what == RunState.WAITING:
                since = since or event.at
        return since

    def remind(self, shape: Shape) -> Message:  # noqa: ARG002 - it has but one
        since = self.waits_since
        assert since is not None
        return run_reminder(self.report.run, since, self.operators, number=self.reminders)

    @property
    def is_done(self) -> bool:
        is_told = self.notes.ended or self.notes.root is None
        return not self.state.is_open and is_told and self.is_shown

    async def post_lines(self) -> None:
        await self._post("lines", self._lines, told=self._newest)

    async def post_end(self) -> None:
        await self._post("end", self._end, told=self._newest)

    async def store(self, notes: Notes, *, done: bool) -> None:
        await self.reports.save(self.run_id, notes.to_json(), done=done)

    def draw(self, shape: Shape) -> Message:
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
