"""A process that executes runs also ticks: at its start, and whenever one of the schedules is due."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC
from typing import Final

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from provisioning.bootstrap import System
from provisioning.domain.schedule import Schedule
from provisioning.errors import TenantbotError

log = structlog.get_logger(__name__)

_PAUSE: Final = 5.0

Afterwards = Callable[[], Awaitable[None]]
"""What a process does after it was told that a tick is its own."""


@asynccontextmanager
async def ticking(system: System, afterwards: Mapping[str, Afterwards]) -> AsyncIterator[None]:
    """The clock says only when to look: what is due, and whether it is ours, the registry tells.

    `afterwards` has by schedule what this process then does besides.
    """
    scheduler = AsyncIOScheduler(timezone=UTC)
    for schedule in system.settings.schedules:
        if schedule.trigger is not None:
            scheduler.add_job(
                _tick,
                schedule.trigger,
                args=(system, schedule, afterwards),
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,
            )
    scheduler.start()
    making_up = asyncio.create_task(_make_up(system, afterwards))
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)
        making_up.cancel()
        await asyncio.gather(making_up, return_exceptions=True)


async def _make_up(system: System, afterwards: Mapping[str, Afterwards]) -> None:
    """What was due while no process was there; side by side, as what one does afterwards may take long."""
    await asyncio.gather(*(_tick(system, schedule, afterwards) for schedule in system.settings.schedules))


async def _tick(system: System, schedule: Schedule, afterwards: Mapping[str, Afterwards]) -> None:
    """Tick until the registry has answered: by then a later tick may be due, and stands for this one."""
    while True:
        try:
            if await system.control.schedules.tick(schedule):
                log.info("schedule acted on", schedule=schedule.name)
                if (work := afterwards.get(schedule.name)) is not None:
                    await work()
        except TenantbotError as fault:
            log.warning("schedule waits for the registry", schedule=schedule.name, reason=fault.message)
            await system.clock.sleep(_PAUSE)
        else:
            return
