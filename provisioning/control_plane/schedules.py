"""What happens by the clock: of all processes that tick, one acts, and on the latest tick alone."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from provisioning.control_plane import digests, rounds
from provisioning.control_plane.desk import Desk
from provisioning.control_plane.digests import Digests
from provisioning.control_plane.rounds import Rounds
from provisioning.domain.schedule import Schedule, Tick
from provisioning.registry import Transaction

RETENTION: Final = "retention"

Act = Callable[[Transaction, Tick], Awaitable[None]]


class Schedules:
    """Asked by the clocks of workers, so no person's role is looked at."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._acts: Final[Mapping[str, Act]] = {
            digests.SCHEDULE: Digests(desk).tick,
            rounds.SCHEDULE: Rounds(desk).tick,
            RETENTION: _only_take,
        }

    async def tick(self, schedule: Schedule) -> bool:
        """Act on the latest tick that is due, unless it was acted on; tell whether it was by us.

        What was due while nobody ticked is made up once, whatever the number.
        """
        async with self._desk.registry.transaction() as tx:
            after = await tx.schedules.last_due(schedule.name)
            due = schedule.last_tick(after=after, now=self._desk.clock.now())
            if due is None or not await tx.schedules.take(schedule.name, due):
                return False
            await self._acts[schedule.name](tx, due)
            return True


async def _only_take(_tx: Transaction, _tick: Tick) -> None:
    """Whose tick it is then tidies up what is not the registry's."""
