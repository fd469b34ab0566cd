"""How far people have been told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from provisioning.domain.kept_answer import EarlierRequest, KeptAnswer
from provisioning.domain.run import (
    Run,
    RunEvent,
    RunId,
)


@dataclass(frozen=True)
class UnreportedRun:
    """A run that a surface is still telling people about, its history, and that surface's own notes."""

    run: Run
    events: Sequence[RunEvent]
    notes: Mapping[str, Any]


class Reports(Protocol):
    """How far each surface has told people about the runs that were asked for there."""

    async def open(self, surface: str, *, limit: int) -> Sequence[UnreportedRun]:
        """The runs that were asked for at this surface and of which not all is told, oldest first."""
        ...

    async def save(self, run_id: RunId, notes: Mapping[str, Any], *, done: bool) -> None: ...


class SeenRequests(Protocol):
    async def first_time(self, key: str) -> bool:
        """Tell whether this request comes for the first time; whoever asks again hears no."""
        ...


class KeptAnswers(Protocol):
    async def claim(self, caller: str, key: str, request_hash: str) -> EarlierRequest | None:
        """Take a key, or give the request that has it. One that is being answered is waited for, then Refused."""
        ...

    async def keep(self, caller: str, key: str, answer: KeptAnswer) -> None: ...
    async def forget(self, caller: str, key: str) -> None: ...
