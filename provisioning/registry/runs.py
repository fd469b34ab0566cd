"""Runs, their steps, and the legs that execute them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from provisioning.domain.checklist import Checklist
from provisioning.domain.page import Cursor
from provisioning.domain.run import (
    Direction,
    Run,
    RunError,
    RunEvent,
    RunId,
    RunKind,
    RunState,
    StepState,
    WaitingFor,
)
from provisioning.domain.secret import Sealed


@dataclass(frozen=True)
class LegBrief:
    """What a leg starts with. `results` are sealed, of earlier legs; `begun` steps were tried and not undone since."""

    kind: RunKind
    subdomain: str
    direction: Direction
    request: dict[str, Any]
    requested_by: str
    results: dict[int, Sealed]
    begun: tuple[int, ...]


@dataclass(frozen=True)
class Attempt:
    """One try of a step: which one it is, and when the step's first try of this leg began."""

    number: int
    first_started_at: datetime


@dataclass(frozen=True)
class LegEnd:
    """How a leg ends: the run is finished, or it waits."""

    state: RunState
    waiting_for: WaitingFor | None = None
    error: RunError | None = None


class Runs(Protocol):
    async def create(self, run: Run, *, tenant_id: UUID | None, request_hash: str) -> None:
        """Raises Refused (`run_open`) when the subdomain has an open run already."""
        ...

    async def find(self, run_id: RunId) -> Run | None: ...
    async def find_open(self, subdomain: str) -> Run | None: ...
    async def find_latest(self, subdomain: str, *, kind: RunKind | None = None) -> Run | None: ...
    async def list(
        self,
        *,
        states: Sequence[RunState],
        limit: int,
        kinds: Sequence[RunKind] = (),
        subdomain: str | None = None,
        after: Cursor | None = None,
    ) -> Sequence[Run]:
        """Newest first; without states, or kinds, those of all."""
        ...

    async def events(self, run_id: RunId) -> Sequence[RunEvent]: ...
    async def lock(self, run_id: RunId) -> Run:
        """Read the run and keep it from changing until the transaction ends."""
        ...

    async def request_cancel(self, run_id: RunId) -> None: ...
    async def continue_with(self, run_id: RunId, direction: Direction) -> int:
        """Queue the run again for its next leg; return that leg's number."""
        ...

    async def next_leg(self, run_id: RunId) -> int:
        """Number the next leg. The one before is void, wherever it is: queued, due later, or nowhere."""
        ...

    async def finish(self, run_id: RunId, end: LegEnd) -> None: ...
    async def store_checklist(self, run_id: RunId, checklist: Checklist) -> None: ...

    # What a leg writes. Each raises LostClaim when another process has taken the leg over.
    async def claim(self, run_id: RunId, leg: int, claim: str) -> bool:
        """Take the leg. False when the run has moved on, so that there is nothing to do."""
        ...

    async def brief(self, run_id: RunId) -> LegBrief: ...
    async def hold(self, run_id: RunId, claim: str) -> None: ...
    async def cancel_wanted(self, run_id: RunId) -> bool: ...
    async def start_attempt(self, run_id: RunId, claim: str, step: int) -> Attempt: ...
    async def note(
        self, run_id: RunId, claim: str, step: int, detail: str, *, lasting: bool = False
    ) -> None: ...
    async def end_step(
        self,
        run_id: RunId,
        claim: str,
        step: int,
        *,
        state: StepState,
        detail: str | None,
        result: Sealed | None = None,
    ) -> None: ...
    async def forget_steps(self, run_id: RunId, claim: str, *, since: int, until: int) -> None:
        """Make the steps from `since` to before `until` as if they had never been taken; a retry takes them anew."""
        ...

    async def end_leg(self, run_id: RunId, claim: str, end: LegEnd) -> None: ...


class LostClaim(Exception):
    """Another process executes this leg now; whoever sees this stops at once and writes nothing more."""


class Legs(Protocol):
    """The engine's inbox, written in the same transaction."""

    async def enqueue(self, run_id: RunId, leg: int, *, at: datetime | None = None) -> None: ...
