"""Work that one process of all does at a time: it holds an office, and another takes over when it is gone."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from provisioning.engine.lease import CANNOT_ASK, LEADERS, Lease
from provisioning.ports import Clock

log = structlog.get_logger(__name__)

_PAUSE: Final = 1.0


async def lead(dsn: str, office: str, work: Callable[[], Awaitable[None]], *, clock: Clock) -> None:
    """Do the work whenever the office is ours, until cancelled. It is cut off when the office is lost."""
    while True:
        lease = Lease(dsn, office, clock, lock_class=LEADERS)
        try:
            is_ours = await lease.try_acquire()
        except CANNOT_ASK as fault:
            log.warning("can't ask for the office", office=office, reason=str(fault) or type(fault).__name__)
            is_ours = False
        if is_ours:
            log.info("office taken", office=office)
            await _work_under(lease, work)
        await clock.sleep(_PAUSE)


async def _work_under(lease: Lease, work: Callable[[], Awaitable[None]]) -> None:
    tasks = [asyncio.ensure_future(work()), asyncio.ensure_future(lease.hold(_nothing_to_sweep))]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await lease.release()


async def _nothing_to_sweep() -> None:
    """Holding the office is all there is to it."""
