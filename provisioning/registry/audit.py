"""The audit log: appended, never changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from provisioning.domain.actor import Actor
from provisioning.domain.audit import AuditRow, Head
from provisioning.domain.run import (
    RunId,
)
from provisioning.domain.secret import Secret


@dataclass(frozen=True)
class AuditEntry:
    """One line of the audit log before it is chained."""

    action: str
    result: str
    subdomain: str | None = None
    run_id: RunId | None = None
    request_hash: str | None = None
    reason: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


class AuditLog(Protocol):
    """Only ever added to; the newest row is its head."""

    async def append(self, actor: Actor, entry: AuditEntry) -> None: ...
    async def head(self) -> Head | None: ...
    async def rows(self, *, after: int, limit: int) -> Sequence[AuditRow]:
        """The rows that follow on the one with this number (0: from the start), oldest first."""
        ...

    async def newest(
        self, *, subdomain: str | None, before: int | None, limit: int
    ) -> tuple[Sequence[AuditRow], int]:
        """The newest rows, of one tenant or of all, newest first; and how many there are."""
        ...

    async def keys(self) -> Mapping[str, Secret]:
        """The keys that rows were made with, by name; one that does not open any more is left out."""
        ...
