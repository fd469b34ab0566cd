"""Looks at all that was asked for in Slack, again and again, and does what people wait for most first."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import structlog
from structlog.contextvars import bound_contextvars

from bot.outbox.errors import SlackError, SlackRefused
from bot.pictures.digest import draw_digest
from bot.reporter.announcement import Announcement
from bot.reporter.bulletin import Bulletin, Draw
from bot.reporter.card import Card
from bot.reporter.notes import Notes
from bot.reporter.standing import Standing, Talks
from bot.reporter.thread import Thread
from provisioning.control_plane import ControlPlane
from provisioning.errors import Transient
from provisioning.ports import Clock

log = structlog.get_logger(__name__)

S = TypeVar("S", bound=Standing)

SURFACE: Final = "slack"

_LOOK_SECONDS: Final = 0.25
_IDLE_SECONDS: Final = 0.5
_TROUBLE_SECONDS: Final = 30.0
_MOST_RESERVED: Final = 19
"""Edits kept back for runs that end or stop: they are shown at once, whoever else is busy.

One less than may be made at once, or no other edit would ever be made.
"""


@dataclass(frozen=True)
class Office:
    """Where it is told, and whom: what an installation has decided about that.

    `operators` and `approvers` are ids of people and user groups.
    """

    channel: str
    digest_channel: str
    monthly_cost: float
    operators: Sequence[str] = ()
    approvers: Sequence[str] = ()


class Reporter:
    """One per installation, whatever the number of processes: the budgets that Slack allows are counted here."""

    def __init__(
        self,
        control: ControlPlane,
        talks: Talks,
        *,
        clock: Clock,
        office: Office,
        picture: Draw = draw_digest,
    ) -> None:
        self._control = control
        self._talks = talks
        self._clock = clock
        self._office = office
        self._picture = picture
        self._rest_until: dict[str, float] = {}

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
        """Do once what is due; tell whether anything is being reported at all."""
        cards, reported, bulletins = await self._cards(), await self._threads(), await self._bulletins()
        announcements = await self._announcements()
        await self._show(self._rested(announcements))
        await self._show(self._rested(cards))
        threads = sorted(self._rested(reported), key=lambda one: (not one.stands_still, one.notes.told_at))
        for thread in threads:
            await self._try(thread, thread.settle)
        await self._edit_at_once([one for one in threads if one.is_urgent])
        await self._post(_of(threads, lambda one: one.needs_root), lambda one: one.post_root)
        if not any(one.needs_root for one in threads):
            await self._post(_of(threads, lambda one: one.end_is_due), lambda one: one.post_end)
            await self._post(_of(threads, lambda one: one.lines_are_due), lambda one: one.post_lines)
            await self._post(_of(threads, lambda one: one.reminder_is_due), lambda one: one.post_reminder)
        reserve = min(len(threads), _MOST_RESERVED)
        for thread in threads:
            if thread.edit_is_due and self._talks.may_update(reserve=reserve):
                await self._try(thread, thread.edit)
        for thread in threads:
            if thread.is_done:
                await thread.close()
        await self._show(self._rested(bulletins))
        return bool(reported or cards or bulletins or announcements)

    async def _show(self, cards: Sequence[Card] | Sequence[Bulletin] | Sequence[Announcement]) -> None:
        """One message each. Somebody is to decide, or wants to see what was decided: cards come before all else."""
        for card in cards:
            await self._try(card, card.settle)
        await self._post(_of(cards, lambda one: one.needs_root), lambda one: one.post_root)
        await self._edit_at_once(_of(cards, lambda one: one.is_stale))
        await self._post(_of(cards, lambda one: one.reminder_is_due), lambda one: one.post_reminder)
        for card in cards:
            if card.is_done:
                await card.close()

    async def _cards(self) -> Sequence[Card]:
        return [
            Card(
                notes=Notes.from_json(one.notes, channel=self._office.channel),
                talks=self._talks,
                clock=self._clock,
                approval=one.approval,
                approvals=self._control.approvals,
                approvers=self._office.approvers,
            )
            for one in await self._control.approvals.unreported(SURFACE)
        ]

    async def _threads(self) -> Sequence[Thread]:
        reports = await self._control.reports.open(SURFACE)
        alive = await self._control.views.worker_alive() if reports else True
        return [
            Thread(
                report=report,
                notes=Notes.from_json(report.notes, channel=self._office.channel),
                talks=self._talks,
                reports=self._control.reports,
                clock=self._clock,
                worker_alive=alive,
                monthly_cost=self._office.monthly_cost,
                operators=self._office.operators,
            )
            for report in reports
        ]

    async def _announcements(self) -> Sequence[Announcement]:
        return [
            Announcement(
                notes=Notes.from_json(notice.notes, channel=self._office.channel),
                talks=self._talks,
                clock=self._clock,
                notice=notice,
                rounds=self._control.rounds,
                approvers=self._office.approvers,
            )
            for notice in await self._control.rounds.notices()
        ]

    async def _bulletins(self) -> Sequence[Bulletin]:
        return [
            Bulletin(
                notes=Notes.from_json(row.notes, channel=self._office.digest_channel),
                talks=self._talks,
                clock=self._clock,
                row=row,
                digests=self._control.digests,
                approvers=self._office.approvers,
                picture=self._picture,
            )
            for row in await self._control.digests.pending()
        ]

    async def _edit_at_once(self, threads: Sequence[Standing]) -> None:
        """Edit side by side as many as may be now; the others have their turn at the next look.

        All are over when one has failed, so that none writes its notes later.
        """
        now = [one for ahead, one in enumerate(threads) if self._talks.may_update(reserve=ahead)]
        ends = await asyncio.gather(*(self._try(one, one.edit) for one in now), return_exceptions=True)
        for fault in ends:
            if fault is not None:
                raise fault

    def _rested(self, shown: Sequence[S]) -> Sequence[S]:
        """Leave out those that Slack has refused a moment ago."""
        now = self._clock.monotonic()
        self._rest_until = {subject: until for subject, until in self._rest_until.items() if until > now}
        return [one for one in shown if one.subject not in self._rest_until]

    async def _post(self, threads: Iterable[S], act: Callable[[S], Callable[[], Awaitable[None]]]) -> None:
        for thread in threads:
            if thread.may_be_posted:
                await self._try(thread, act(thread))

    async def _try(self, thread: Standing, act: Callable[[], Awaitable[None]]) -> None:
        """One thread's trouble is not another's, whatever it is; only the registry is everybody's."""
        with bound_contextvars(subject=thread.subject):
            await self._try_under_its_name(thread, act)

    async def _try_under_its_name(self, thread: Standing, act: Callable[[], Awaitable[None]]) -> None:
        try:
            await act()
        except SlackRefused as refused:
            log.warning("Slack refuses to show it", code=refused.code)
            self._let_rest(thread)
        except SlackError as trouble:
            log.warning("Slack did not take it", code=trouble.code)
        except Transient:
            raise
        except Exception:
            log.exception("it can't be shown")
            self._let_rest(thread)

    def _let_rest(self, thread: Standing) -> None:
        self._rest_until[thread.subject] = self._clock.monotonic() + _TROUBLE_SECONDS


def _of(threads: Sequence[S], wanted: Callable[[S], bool]) -> Sequence[S]:
    return [thread for thread in threads if wanted(thread)]
