"""Time that passes only when somebody sleeps."""

import asyncio
from datetime import UTC, datetime, timedelta

START = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)


class FakeClock:
    """Implements the port Clock: a sleep jumps, is noted, and lets other tasks run."""

    def __init__(self) -> None:
        self._passed = 0.0
        self.sleeps: list[float] = []

    def now(self) -> datetime:
        return START + timedelta(seconds=self._passed)

    def monotonic(self) -> float:
        return self._passed

    async def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        wakes_at = self._passed + seconds
        await asyncio.sleep(0)
        self._passed = max(self._passed, wakes_at)

    def jump_to(self, moment: datetime) -> None:
        self._passed = max(self._passed, (moment - START).total_seconds())
