"""Time, as whoever waits sees it."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Time, so that tests own it."""

    def now(self) -> datetime: ...
    def monotonic(self) -> float: ...
    async def sleep(self, seconds: float) -> None: ...
