"""Waiting for something outside to become true, with growing pauses and a deadline."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from typing import Any, TypeVar

from provisioning.errors import Transient
from provisioning.ports import Clock

T = TypeVar("T")

_FIRST, _FACTOR, _LONGEST = 0.04, 1.6, 10.0


async def together(*work: Coroutine[Any, Any, T]) -> list[T]:
    """Do all at once. The first error ends the others too, and is raised as it is."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one) for one in work]
    except BaseExceptionGroup as faults:
        raise faults.exceptions[0] from None
    return [task.result() for task in tasks]


async def wait_until(
    clock: Clock,
    probe: Callable[[], Awaitable[T | None]],
    *,
    deadline: datetime,
    late: Callable[[], str],
) -> T:
    """Ask `probe` until it returns something. Raises Transient with `late()` when the deadline passes.

    A Transient from the probe itself counts as "not yet"; any other error ends the wait.
    """
    pause = _FIRST
    while True:
        try:
            if (found := await probe()) is not None:
                return found
            asked_for = 0.0
        except Transient as fault:
            asked_for = fault.retry_after or 0.0
        wait = max(pause, asked_for)
        if clock.now().timestamp() + wait > deadline.timestamp():
            raise Transient(late(), code="late")
        await clock.sleep(wait)
        pause = min(_LONGEST, pause * _FACTOR)
