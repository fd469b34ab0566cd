"""Looks at all runs that were asked for in Slack, again and again, and does what people wait for most first."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final

import structlog

from bot.outbox.errors import SlackError, SlackRefused
from bot.reporter.notes import Notes
from bot.reporter.thread import Talks, Thread
from provisioning.control_plane import ControlPlane
from provisioning.errors import Transient
from provisioning.ports import Clock

log = structlog.get_logger(__name__)

SURFACE: Final = "slack"

_LOOK_SECONDS: Final = 0.25
_IDLE_SECONDS: Final = 0.5
_TROUBLE_SECONDS: Final = 30.0
_MOST_RESERVED: Final = 15
"""Edits kept back for runs that end or stop: they are shown at once, whoever else is busy."""


class Reporter:
    """One per installation, whatever the number of processes: the budgets that Slack allows are counted here."""

    def __init__(
        self, control: ControlPlane, talks: Talks, *, clock: Clock, channel: str, monthly_cost: float
    ) -> None:
        self._control = control
        self._talks = talks
        self._clock = clock
        self._channel = channel
        self._monthly_cost = monthly_cost
        self._rests_until = 0.0

    async def run(self) -> None:
        """Go on until cancelled."""
        while True:
            try:
                busy = await self.look()
            except Transient as fault:
                log.warning("reporter waits for the registry", reason=fault.message)
                busy = False
            await self._clock.sleep(_LOOK_SECONDS if busy else _IDLE_SECONDS)

    async def look(self) -> bool:
        """Do once what is due; tell whether any run is being reported at all."""
        threads = await self._threads()
        if self._clock.monotonic() < self._rests_until:
            return bool(threads)
        for thread in threads:
            await self._try(thread, thread.settle)
        await asyncio.gather(*(self._try(one, one.edit) for one in threads if one.is_urgent))
        await self._post(_of(threads, lambda one: one.needs_root), lambda one: one.post_root)
        if not any(one.needs_root for one in threads):
            await self._post(_of(threads, lambda one: one.end_is_due), lambda one: one.post_end)
            await self._post(_of(threads, lambda one: one.lines_are_due), lambda one: one.post_lines)
        reserve = min(len(threads), _MOST_RESERVED)
        for thread in threads:
            if thread.edit_is_due and self._talks.may_update(reserve=reserve):
                await self._try(thread, thread.edit)
        for thread in threads:
            if thread.is_done:
                await thread.close()
        return bool(threads)

    async def _threads(self) -> Sequence[Thread]:
        reports = await self._control.reports.open(SURFACE)
        alive = await self._control.views.worker_alive() if reports else True
        return [
            Thread(
                report=report,
                notes=Notes.from_json(report.notes, channel=self._channel),
                talks=self._talks,
                reports=self._control.reports,
                clock=self._clock,
                worker_alive=alive,
                monthly_cost=self._monthly_cost,
            )
            for report in reports
        ]

    async def _post(
        self, threads: Iterable[Thread], act: Callable[[Thread], Callable[[], Awaitable[None]]]
    ) -> None:
        for thread in threads:
            if thread.may_be_posted:
                await self._try(thread, act(thread))

    async def _try(self, thread: Thread, act: Callable[[], Awaitable[None]]) -> None:
        """One thread's trouble is not another's; Slack's own is everybody's, for a while."""
        try:
            await act()
        except SlackRefused as refused:
            log.warning("Slack refuses to show a run", run_id=thread.report.run.run_id, code=refused.code)
            self._rests_until = self._clock.monotonic() + _TROUBLE_SECONDS
        except SlackError as trouble:
            log.warning("Slack did not take it", run_id=thread.report.run.run_id, code=trouble.code)


def _of(threads: Sequence[Thread], wanted: Callable[[Thread], bool]) -> Sequence[Thread]:
    return [thread for thread in threads if wanted(thread)]
