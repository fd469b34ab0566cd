"""One allowance of calls: a short burst, then a steady pace, first come, first served."""

from collections import deque
from dataclasses import dataclass
from typing import Final

from provisioning.ports import Clock

_NOTHING: Final = 1e-6  # seconds and calls below this are rounding


@dataclass(frozen=True)
class Allowance:
    """In any minute at most `burst + 60 * per_second` calls get through, even after a long rest."""

    burst: float
    per_second: float


class OutOfTime(Exception):
    """The turn would come too late, in `seconds` from now."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Bucket:
    """Fills by the allowance; every call takes one out and waits for it if it must."""

    def __init__(self, allowance: Allowance, clock: Clock) -> None:
        self._allowance = allowance
        self._clock = clock
        self._level = allowance.burst
        self._filled_at = clock.monotonic()
        self._resumes_at = 0.0
        self._queue: deque[object] = deque()

    async def take(self, *, deadline: float) -> None:
        """Wait for one's turn; raise OutOfTime as soon as it is clear that it comes after the deadline."""
        ticket = object()
        self._queue.append(ticket)
        try:
            while (wait := self._wait(self._queue.index(ticket))) > 0:
                if self._clock.monotonic() + wait > deadline:
                    raise OutOfTime(wait)
                await self._clock.sleep(wait)
            self._level -= 1
        finally:
            self._queue.remove(ticket)

    def spare(self) -> float:
        """Return how many calls could be made at once, beside those that wait already."""
        if self._paused_for() > 0:
            return 0.0
        self._fill()
        return max(0.0, self._level - len(self._queue))

    def pause(self, seconds: float) -> None:
        """Let nobody through for so long: Slack has counted more calls than we have."""
        self._fill()
        self._resumes_at = max(self._resumes_at, self._clock.monotonic() + seconds)
        # One call may go when the pause is over, and the others at the pace that fits.
        self._level = min(self._level, max(0.0, 1 - seconds * self._allowance.per_second))

    def is_idle(self) -> bool:
        self._fill()
        return not self._queue and self._level >= self._allowance.burst and self._paused_for() <= 0

    def _wait(self, ahead: int) -> float:
        self._fill()
        missing = ahead + 1 - self._level
        refill = missing / self._allowance.per_second if missing > _NOTHING else 0.0
        return max(refill, self._paused_for())

    def _paused_for(self) -> float:
        seconds = self._resumes_at - self._clock.monotonic()
        return seconds if seconds > _NOTHING else 0.0

    def _fill(self) -> None:
        now = self._clock.monotonic()
        gained = (now - self._filled_at) * self._allowance.per_second
        self._level = min(self._allowance.burst, self._level + gained)
        self._filled_at = now
