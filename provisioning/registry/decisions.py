"""What a second person decides: approvals and lockdowns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from provisioning.domain.approval import Approval, ApprovalId, ApprovalState
from provisioning.domain.lockdown import Covered, Lockdown
from provisioning.domain.run import (
    RunId,
)


@dataclass(frozen=True)
class Decision:
    """An answer to an approval, with what the decider was shown: the row must still be just that."""

    state: ApprovalState
    by: str
    decider: str
    at: datetime
    request_hash: str
    tenant_print: str
    reason: str | None = None
    run_id: RunId | None = None


@dataclass(frozen=True)
class UnreportedApproval:
    approval: Approval
    notes: Mapping[str, Any]


class Approvals(Protocol):
    async def create(self, approval: Approval) -> bool:
        """False when a question about this tenant is pending already."""
        ...

    async def find(self, approval_id: ApprovalId) -> Approval | None: ...
    async def find_latest(self, subdomain: str) -> Approval | None: ...
    async def find_of_run(self, run_id: RunId) -> Approval | None: ...
    async def list(self, *, states: Sequence[ApprovalState], limit: int) -> Sequence[Approval]: ...
    async def decide(self, approval_id: ApprovalId, decision: Decision) -> Approval | None:
        """Decide if it is pending, in time, unchanged, and not approved by its requester; None otherwise."""
        ...

    async def make_void(self, approval_id: ApprovalId, *, at: datetime, reason: str) -> None: ...
    async def expire(self, *, now: datetime) -> Sequence[Approval]:
        """Close every pending one whose time is over; return them."""
        ...

    async def unreported(self, surface: str, *, limit: int) -> Sequence[UnreportedApproval]: ...
    async def save_report(self, approval_id: ApprovalId, notes: Mapping[str, Any], *, done: bool) -> None: ...


class Lockdowns(Protocol):
    """At most one is in force. It remembers which tenants it has suspended, and what they were before."""

    async def declare(self, lockdown_id: str, *, reason: str, by: str) -> None: ...
    async def in_force(self) -> Lockdown | None: ...
    async def in_force_from_now(self) -> Lockdown | None:
        """As `in_force`; while there is none, none can be declared before this transaction ends."""
        ...

    async def suspend_all(self, lockdown_id: str) -> Sequence[str]:
        """Suspend every active tenant; return the ones that were active until now."""
        ...

    async def covered(self, lockdown_id: str) -> Sequence[Covered]:
        """Every tenant that it has suspended, by subdomain; those that are deleted by now left out."""
        ...

    async def restore(self, lockdown_id: str, subdomain: str) -> bool:
        """Make the tenant what it was before. False when the lockdown does not keep it suspended any more."""
        ...

    async def end(self, lockdown_id: str) -> None: ...
