"""What is to be sent once, whatever crashes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from provisioning.domain.round import Notice, NoticeId, NoticeKind


@dataclass(frozen=True)
class OutboxRow:
    template: str
    version: int
    recipient: str
    message_id: str
    state: str


class Outbox(Protocol):
    async def ensure(
        self, tenant_id: UUID, *, template: str, version: int, recipient: str, message_id: str
    ) -> OutboxRow:
        """Find the row of (tenant, template, version), or make it."""
        ...

    async def latest(self, tenant_id: UUID, *, template: str) -> OutboxRow | None: ...
    async def mark(self, message_id: str, state: str) -> None: ...


class Notices(Protocol):
    async def add(self, notice: Notice) -> None: ...
    async def open(self, kind: NoticeKind) -> Notice | None:
        """The one that is open of a kind that is kept up to date. Nobody else changes it in this transaction."""
        ...

    async def change(self, notice: Notice) -> None:
        """What is new in it is to be told."""
        ...

    async def unreported(self) -> Sequence[Notice]: ...
    async def save_report(self, notice_id: NoticeId, notes: Mapping[str, Any], *, told: str | None) -> None:
        """Keep the surface's notes. `told` is the print of what was told; it is over when that is all there is."""
        ...
