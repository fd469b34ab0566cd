"""What goes on after a request was acknowledged: known by name, bounded in number, and waited for at the end."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final

import structlog

log = structlog.get_logger(__name__)

_AT_ONCE: Final = 16
_QUIET_SECONDS: Final = 0.1
_MOST_HELD_SECONDS: Final = 0.5


class Errands:
    """Bolt does not track what a listener leaves running; a stop must not lose a click that was acknowledged.

    When many requests come at once, the work on the first would delay the acknowledgement of the last: an errand
    begins when no other has come for a moment, or after half a second.
    """

    def __init__(self, *, quiet: float = _QUIET_SECONDS) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._quiet = quiet
        self._newest_at = 0.0

    def start(self, errand: Coroutine[Any, Any, None]) -> None:
        self._newest_at = asyncio.get_running_loop().time()
        self._track(self._run(errand))

    async def see_through(self, errand: Coroutine[Any, Any, None]) -> None:
        """Do at once what Slack waits for; a stop waits for it too."""
        await self._track(errand)

    async def finish(self, seconds: float) -> None:
        """Wait for what is under way, and for what comes of it; what takes longer is cancelled."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + seconds
        while self._tasks and clock() < deadline:
            await asyncio.wait(self._tasks, timeout=deadline - clock())
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _track(self, errand: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(errand)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _run(self, errand: Coroutine[Any, Any, None]) -> None:
        try:
            await self._let_acknowledgements_out()
            async with self._slots:
                await errand
        except Exception:
            log.exception("errand failed")
        finally:
            errand.close()  # it may be cancelled before it has begun

    async def _let_acknowledgements_out(self) -> None:
        loop = asyncio.get_running_loop()
        latest = loop.time() + _MOST_HELD_SECONDS
        while (wait := min(self._newest_at + self._quiet, latest) - loop.time()) > 0:  # noqa: ASYNC110 - time is waited for
            await asyncio.sleep(wait)
