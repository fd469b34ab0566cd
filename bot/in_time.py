"""Waiting no longer than people do, whatever the work still has to put down before it lets go."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def in_time(seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """Return what comes of the work, or raise TimeoutError after so many seconds.

    Unlike `asyncio.timeout` it does not wait until the work has been cancelled: a query that was sent to a database
    that is frozen takes its time even for that.
    """
    task = asyncio.create_task(work)
    try:
        done, _ = await asyncio.wait({task}, timeout=seconds)
    finally:
        if not task.done():
            task.cancel()
            task.add_done_callback(_see_error)
    if not done:
        raise TimeoutError
    return task.result()


def _see_error(task: "asyncio.Task[Any]") -> None:
    """Keep asyncio from reporting an error that nobody waits for any more."""
    if not task.cancelled():
        task.exception()
