"""What the engine keeps of legs that ended long ago is deleted: once an hour, by the worker whose tick it is."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

import structlog

from provisioning.ports import Clock

log = structlog.get_logger(__name__)

MOST_PORTIONS: Final = 100
"""What is more waits for the next tick."""
_PAUSE: Final = 0.05

Forget = Callable[[datetime], Awaitable[int]]
"""Deletes a portion of what ended before then, and tells how much it was."""


async def forget_ended_legs(
    clock: Clock, retention: timedelta, forget: Forget, working: asyncio.Event
) -> None:
    """Delete portion by portion, as long as the engine runs here. A leg that has not ended is never looked at."""
    await working.wait()
    before = clock.now() - retention
    forgotten = 0
    for _ in range(MOST_PORTIONS):
        if not working.is_set() or not (portion := await forget(before)):
            break
        forgotten += portion
        await clock.sleep(_PAUSE)  # between portions it is others' turn
    log.info("legs forgotten by the engine", legs=forgotten, ended_before=before.isoformat())
