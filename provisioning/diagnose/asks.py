"""Putting questions: each timed, each with a deadline, none stopping the next, every answer kept as evidence."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, Final, Generic, TypeVar

from provisioning.domain.diagnosis import Issue, Outcome, Probe
from provisioning.errors import Permanent, TenantbotError
from provisioning.ports import Clock

T = TypeVar("T")

BUDGET: Final = 9.0
"""Seconds for all questions together."""
PATIENCE: Final = 4.0
"""Seconds for one question, unless it says otherwise."""
_LATE: Final = "late"


@dataclass(frozen=True)
class Told(Generic[T]):
    """What came of a question: a value, or the code and words of what stood in its way; neither when it was not put."""

    value: T | None = None
    code: str | None = None
    words: str = ""


NOT_PUT: Final[Told[Any]] = Told()


@dataclass(frozen=True)
class Seen:
    """An answer in words, and whether it is what was expected; None where that can't be told from it."""

    found: str
    ok: bool | None


class Asks:
    """The questions of one playbook. `probes` are in the order in which they were put."""

    def __init__(self, issue: Issue, clock: Clock, *, until: float) -> None:
        self._issue = issue
        self._clock = clock
        self._until = until
        self._probes: dict[str, Probe] = {}

    @property
    def probes(self) -> tuple[Probe, ...]:
        return tuple(self._probes.values())

    async def put(
        self,
        name: str,
        *,
        asked: str,
        expected: str,
        question: Callable[[], Awaitable[T]],
        read: Callable[[T], Seen],
        patience: float = PATIENCE,
    ) -> Told[T]:
        """Ask once. A refusal that asking again would not change is evidence; silence is none."""
        self._keep(name, asked, expected, "not answered", Outcome.UNKNOWN, 0.0)
        started = self._clock.monotonic()
        told, seen = await self._answer(question, read, min(patience, self._until - started))
        seconds = round(self._clock.monotonic() - started, 3)
        outcome = Outcome.UNKNOWN if seen.ok is None else Outcome.OK if seen.ok else Outcome.BAD
        self._keep(name, asked, expected, seen.found, outcome, seconds)
        return told

    def judge(self, name: str, *, ok: bool) -> None:
        """Judge an answer by what others said."""
        self._probes[name] = replace(self._probes[name], outcome=Outcome.OK if ok else Outcome.BAD)

    def skip(self, name: str, *, asked: str, why: str) -> None:
        self._keep(name, asked, "", why, Outcome.SKIPPED, 0.0)

    async def _answer(
        self, question: Callable[[], Awaitable[T]], read: Callable[[T], Seen], seconds: float
    ) -> tuple[Told[T], Seen]:
        try:
            value = await within(seconds, question)
        except TimeoutError:
            words = f"No answer within {max(seconds, 0.0):.0f} s."
            return Told(code=_LATE, words=words), Seen(words, ok=None)
        except TenantbotError as fault:
            ok = False if isinstance(fault, Permanent) else None
            return Told(code=fault.code, words=fault.message), Seen(fault.message, ok)
        return Told(value), read(value)

    def _keep(
        self, name: str, asked: str, expected: str, found: str, outcome: Outcome, seconds: float
    ) -> None:
        self._probes[name] = Probe(self._issue, name, asked, expected, found, outcome, seconds)


async def within(seconds: float, work: Callable[[], Awaitable[T]]) -> T:
    """Wait so long and no longer, then raise TimeoutError: a connection that hangs may hang in being given up, too."""
    task = asyncio.ensure_future(work())
    try:
        done, _ = await asyncio.wait({task}, timeout=max(seconds, 0.0))
    finally:
        if not task.done():
            task.cancel()
            task.add_done_callback(_look_away)
    if not done:
        raise TimeoutError
    return task.result()


def _look_away(task: "asyncio.Future[Any]") -> None:
    """Nobody waits for it any more; asyncio would complain of an error that nobody saw."""
    if not task.cancelled():
        task.exception()
