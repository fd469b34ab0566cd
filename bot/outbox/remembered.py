"""Answers of Slack that hold for a while: asked for once, however many want to know at the same time."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from provisioning.ports import Clock

T = TypeVar("T")

_MOST: Final = 2000  # answers kept at a time


@dataclass(frozen=True)
class _Known(Generic[T]):
    value: T
    asked_at: float


@dataclass(frozen=True)
class _Flight(Generic[T]):
    """A question that is under way."""

    number: int
    task: asyncio.Task[T]


class Remembered(Generic[T]):
    """What `fetch` returns for a key, asked again when that is more than `seconds` old."""

    def __init__(self, fetch: Callable[[str], Awaitable[T]], *, seconds: float, clock: Clock) -> None:
        self._fetch = fetch
        self._seconds = seconds
        self._clock = clock
        self._known: dict[str, _Known[T]] = {}
        self._flights: dict[str, _Flight[T]] = {}
        self._started = 0

    async def get(self, key: str, *, newest: bool = False) -> T:
        """Return what is known, or ask; `newest` takes no answer to a question that was put before."""
        if not newest and (known := self.find(key, at_most=self._seconds)) is not None:
            return known
        started_before = self._started if newest else 0
        while (flight := self._flights.get(key)) is not None and flight.number <= started_before:
            await asyncio.wait([flight.task])
        # One caller that goes away must not take the answer from the others.
        return await asyncio.shield((flight or self._start(key)).task)

    def find(self, key: str, *, at_most: float) -> T | None:
        """Return what is known if it is no older than so many seconds."""
        known = self._known.get(key)
        if known is None or self._clock.monotonic() - known.asked_at > at_most:
            return None
        return known.value

    def forget(self, key: str) -> None:
        """Have it asked again, also while an answer is on its way that may be out of date."""
        self._known.pop(key, None)
        self._flights.pop(key, None)

    def _start(self, key: str) -> _Flight[T]:
        self._started += 1
        flight = _Flight(self._started, asyncio.create_task(self._ask(key, self._started)))
        flight.task.add_done_callback(_see_error)
        self._flights[key] = flight
        return flight

    async def _ask(self, key: str, number: int) -> T:
        asked_at = self._clock.monotonic()
        try:
            value = await self._fetch(key)
            if self._is_under_way(key, number):
                self._make_room()
                self._known[key] = _Known(value, asked_at)
            return value
        finally:
            if self._is_under_way(key, number):
                del self._flights[key]

    def _is_under_way(self, key: str, number: int) -> bool:
        flight = self._flights.get(key)
        return flight is not None and flight.number == number

    def _make_room(self) -> None:
        if len(self._known) >= _MOST:
            del self._known[next(iter(self._known))]  # the one that was learnt first


def _see_error(task: asyncio.Task[T]) -> None:
    """Keep asyncio from reporting an error that everybody who asked has gone away from."""
    if not task.cancelled():
        task.exception()
