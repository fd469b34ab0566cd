"""The digest: how all tenants stand, what waits for whom, and what has changed since the last one."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Generic, NewType, TypeVar

from pydantic import TypeAdapter

from provisioning.domain.audit import Head
from provisioning.domain.run import RunId
from provisioning.domain.tenant import TenantState

DigestId = NewType("DigestId", str)
T = TypeVar("T")

MOST: Final = 10
"""How many of each kind are named; the others are counted."""

DAYS: Final = 60
"""How far back the picture looks."""

_NEAR: Final = timedelta(hours=12)


class DigestState(StrEnum):
    """`quiet`: nothing had changed, so nobody was told. `superseded`: a newer one came before it could be posted."""

    PENDING = "pending"
    POSTED = "posted"
    QUIET = "quiet"
    SUPERSEDED = "superseded"


@dataclass(frozen=True)
class Listing(Generic[T]):
    """The first few of many."""

    total: int = 0
    first: tuple[T, ...] = ()

    @property
    def more(self) -> int:
        return self.total - len(self.first)


@dataclass(frozen=True)
class NewTenant:
    subdomain: str
    company: str
    at: datetime


@dataclass(frozen=True)
class SuspendedTenant:
    subdomain: str
    company: str
    by: str | None
    since: datetime | None


@dataclass(frozen=True)
class WaitingRun:
    """A run that a person must act on. `person` is the requester's id at the surface where they asked."""

    run_id: RunId
    kind: str
    subdomain: str
    what: str
    who: str
    person: str | None
    since: datetime


@dataclass(frozen=True)
class PendingApproval:
    approval_id: str
    action: str
    subdomain: str
    requested_by: str
    person: str | None
    expires_at: datetime

    def is_near(self, now: datetime) -> bool:
        """Tell whether it expires soon."""
        return self.expires_at - now <= _NEAR


@dataclass(frozen=True)
class DueDeletion:
    subdomain: str
    at: datetime


@dataclass(frozen=True)
class Verdict:
    """What the last verification of a tenant came to."""

    subdomain: str
    verdict: str


@dataclass(frozen=True)
class SlowStep:
    """The step of a provisioning that took longest; in seconds, the guide's usual time beside it."""

    run_id: RunId
    subdomain: str
    title: str
    seconds: float
    typical: float


@dataclass(frozen=True)
class Point:
    """How many tenants there were at the end of a day."""

    day: date
    tenants: int


@dataclass(frozen=True)
class StepTime:
    """How long a step of a provisioning takes in the middle of all cases, in seconds."""

    number: int
    title: str
    seconds: float


@dataclass(frozen=True)
class DigestFacts:
    """What the registry says. `projects` counts the Supabase projects that cost money."""

    tenants: Mapping[TenantState, int]
    projects: int
    new: Listing[NewTenant] = field(default_factory=Listing)
    gone: int = 0
    suspended: Listing[SuspendedTenant] = field(default_factory=Listing)
    waiting: Listing[WaitingRun] = field(default_factory=Listing)
    approvals: Listing[PendingApproval] = field(default_factory=Listing)
    deletions: Listing[DueDeletion] = field(default_factory=Listing)
    failing: Listing[Verdict] = field(default_factory=Listing)
    advisory: Listing[Verdict] = field(default_factory=Listing)
    slowest: SlowStep | None = None
    audit: Head | None = None
    growth: tuple[Point, ...] = ()
    step_times: tuple[StepTime, ...] = ()

    @property
    def total(self) -> int:
        return sum(self.tenants.values())


@dataclass(frozen=True)
class Digest:
    """The facts at a time, and what is compared with the last digest. Costs are US dollars a month."""

    at: datetime
    facts: DigestFacts
    cost_of_project: float
    since: datetime | None = None
    projects_before: int | None = None

    @property
    def cost(self) -> float:
        return self.facts.projects * self.cost_of_project

    @property
    def cost_change(self) -> float | None:
        """None when there is no digest to compare with."""
        if self.projects_before is None:
            return None
        return (self.facts.projects - self.projects_before) * self.cost_of_project

    @property
    def print(self) -> str:
        """A short text that differs when people would see more than time having passed."""
        facts = self.facts
        seen: Sequence[Any] = (
            dict(sorted(facts.tenants.items())),
            facts.projects,
            [one.subdomain for one in facts.suspended.first],
            [(one.run_id, one.what) for one in facts.waiting.first],
            [(one.approval_id, one.is_near(self.at)) for one in facts.approvals.first],
            [one.subdomain for one in facts.deletions.first],
            [(one.subdomain, one.verdict) for one in (*facts.failing.first, *facts.advisory.first)],
        )
        return hashlib.sha256(json.dumps(seen).encode()).hexdigest()[:16]

    def has_news(self, last_print: str | None) -> bool:
        """Tell whether anything has changed since the digest of this print."""
        return bool(self.facts.new.total or self.facts.gone) or self.print != last_print

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = _DIGEST.dump_python(self, mode="json")
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Digest":
        return _DIGEST.validate_python(data)


@dataclass(frozen=True)
class DigestRow:
    """A digest as it is kept. `notes` belong to the surface that posts it."""

    digest_id: DigestId
    due_at: datetime
    created_at: datetime
    asked_by: str
    digest: Digest
    state: DigestState = DigestState.PENDING
    notes: Mapping[str, Any] = field(default_factory=dict)


_DIGEST: Final = TypeAdapter(Digest)
