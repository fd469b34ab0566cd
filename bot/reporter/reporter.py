"""Looks at all runs that were asked for in Slack, again and again, and does what people wait for most first."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final

import structlog

from bot.outbox.errors import SlackError, SlackRefused
from bot.reporter.notes import Notes
from bot.reporter.thread import Talks, Thread
from provisioning.control_plane import ControlPlane
from provisioning.domain.run import RunId
from provisioning.errors import Transient
from provisioning.ports import Clock

log = structlog.get_logger(__name__)

SURFACE: Final = "slack"

_LOOK_SECONDS: Final = 0.25
_IDLE_SECONDS: Final = 0.5
_TROUBLE_SECONDS: Final = 30.0
_MOST_RESERVED: Final = 19
"""Edits kept back for runs that end or stop: they are shown at once, whoever else is busy.

One less than may be made at once, or no other edit would ever be made.
"""


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
        self._rest_until: dict[RunId, float] = {}

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
        reported = await self._threads()
        threads = self._rested(reported)
        for thread in threads:
            await self._try(thread, thread.settle)
        await self._edit_at_once([one for one in threads if one.is_urgent])
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
        return bool(reported)

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

    async def _edit_at_once(self, threads: Sequence[Thread]) -> None:
        """Edit side by side as many as may be now; the others have their turn at the next look.

        All are over when one has failed, so that none writes its notes later.
        """
        now = [one for ahead, one in enumerate(threads) if self._talks.may_update(reserve=ahead)]
        ends = await asyncio.gather(*(self._try(one, one.edit) for one in now), return_exceptions=True)
        for fault in ends:
            if fault is not None:
                raise fault

    def _rested(self, threads: Sequence[Thread]) -> Sequence[Thread]:
        """Leave out those that Slack has refused a moment ago; what ended or stopped first, then who was told least."""
        now = self._clock.monotonic()
        self._rest_until = {run_id: until for run_id, until in self._rest_until.items() if until > now}
        rested = [thread for thread in threads if thread.run_id not in self._rest_until]
        return sorted(rested, key=lambda thread: (not thread.stands_still, thread.notes.told_at))

    async def _post(
        self, threads: Iterable[Thread], act: Callable[[Thread], Callable[[], Awaitable[None]]]
    ) -> None:
        for thread in threads:
            if thread.may_be_posted:
                await self._try(thread, act(thread))

    async def _try(self, thread: Thread, act: Callable[[], Awaitable[None]]) -> None:
        """One thread's trouble is not another's, whatever it is; only the registry is everybody's."""
        try:
            await act()
        except SlackRefused as refused:
            log.warning("Slack refuses to show a run", run_id=thread.run_id, code=refused.code)
            self._let_rest(thread)
        except SlackError as trouble:
            log.warning("Slack did not take it", run_id=thread.run_id, code=trouble.code)
        except Transient:
            raise
        except Exception:
            log.exception("a run can't be shown", run_id=thread.run_id)
            self._let_rest(thread)

    def _let_rest(self, thread: Thread) -> None:
        self._rest_until[thread.run_id] = self._clock.monotonic() + _TROUBLE_SECONDS


def _of(threads: Sequence[Thread], wanted: Callable[[Thread], bool]) -> Sequence[Thread]:
    return [thread for thread in threads if wanted(thread)]
