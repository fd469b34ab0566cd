"""What goes on after a request was acknowledged: known by name, bounded in number, and waited for at the end."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final

import structlog

log = structlog.get_logger(__name__)

_AT_ONCE: Final = 16


class Errands:
    """Bolt does not track what a listener leaves running; a stop must not lose a click that was acknowledged."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(_AT_ONCE)

    def start(self, errand: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(self._run(errand))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finish(self, seconds: float) -> None:
        """Wait for what is under way; what takes longer is cancelled."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(self, errand: Coroutine[Any, Any, None]) -> None:
        async with self._slots:
            try:
                await errand
            except Exception:
                log.exception("errand failed")
