"""What a step is: the act, its undo, how patient it is, and what it is given to work with.

A step may be entered twice, at any point, after any crash: it looks, then acts. It declares the guide's
typical time (14.7), which tells people what to expect, and a deadline, after which the run waits for a person.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar

from provisioning.domain.run import RunId
from provisioning.ports import Clock
from provisioning.registry import Transaction

P = ParamSpec("P")
R = TypeVar("R")
Ports = TypeVar("Ports")


@dataclass(frozen=True)
class Retry:
    """How long to wait between tries: `first` seconds, times `factor` each time, at most `most`."""

    first: float = 1.0
    factor: float = 2.0
    most: float = 15.0

    def pause(self, attempt: int, asked_for: float | None) -> float:
        """Seconds to wait after `attempt` (from 1); never less than the other side asked for."""
        grown = min(self.most, self.first * self.factor ** min(attempt - 1, 32))
        return max(grown, asked_for or 0.0)


class Note(Protocol):
    """Tells people, in a few words, what the step is at; what is `lasting` stays in the run's history."""

    async def __call__(self, detail: str, *, lasting: bool = False) -> None: ...


@dataclass(frozen=True)
class Context(Generic[Ports]):
    """What a step works with: the ports, whom it works for, and how to tell people how far it is."""

    ports: Ports
    clock: Clock
    run_id: RunId
    subdomain: str
    requested_by: str
    note: Note
    hold: Callable[[Transaction], Awaitable[None]]
    """Keeps the leg ours until the transaction ends; ends this step at once when it is another process's by now."""
    attempt: int
    started_at: datetime
    """When the step's first try began; deadlines count from here."""


@dataclass(frozen=True)
class Step(Generic[Ports, P, R]):
    """One step of a pipeline, as declared by `@step`."""

    number: int
    title: str
    act: Callable[Concatenate[Context[Ports], P], Awaitable[R]]
    result_type: Any
    typical: timedelta
    deadline: timedelta
    retry: Retry
    undo: Callable[[Context[Ports]], Awaitable[str]] | None
    undoes: str | None
    no_undo: str | None
    detail: Callable[[Any], str]


@dataclass(frozen=True)
class StepDeclaration:
    """What `@step` says about the function under it."""

    number: int
    title: str
    typical: timedelta
    deadline: timedelta
    retry: Retry
    undo: Callable[[Context[Any]], Awaitable[str]] | None
    undoes: str | None
    no_undo: str | None
    detail: Callable[[Any], str]

    def __call__(self, act: Callable[Concatenate[Context[Ports], P], Awaitable[R]]) -> Step[Ports, P, R]:
        return Step(
            number=self.number,
            title=self.title,
            act=act,
            result_type=act.__annotations__["return"],
            typical=self.typical,
            deadline=self.deadline,
            retry=self.retry,
            undo=self.undo,
            undoes=self.undoes,
            no_undo=self.no_undo,
            detail=self.detail,
        )


def step(
    number: int,
    title: str,
    *,
    typical: timedelta,
    deadline: timedelta,
    undo: Callable[[Context[Any]], Awaitable[str]] | None = None,
    undoes: str | None = None,
    no_undo: str | None = None,
    retry: Retry | None = None,
    detail: Callable[[Any], str] = lambda _: "",
) -> StepDeclaration:
    """Declare a step. `detail` says in a few words what it made; a step without `undo` says why in `no_undo`.

    An undo is as re-enterable as its step. It returns a few words on what it undid; `undoes` says beforehand what it will.
    """
    if (undo is None) == (no_undo is None) or (undo is None) != (undoes is None):
        raise TypeError(f"Step {number} needs an undo and what it does, or the reason why there is none.")
    return StepDeclaration(number, title, typical, deadline, retry or Retry(), undo, undoes, no_undo, detail)
