"""The registry as the control plane sees it: tenants, runs, outbox and audit, changed together or not at all.

`Registry.transaction()` is the only way in. Whatever changes is committed with its audit row and with the
enqueueing of the engine's work, so that no crash leaves one without the other.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID

from provisioning.domain.actor import Actor
from provisioning.domain.approval import Approval, ApprovalId, ApprovalState
from provisioning.domain.audit import AuditRow, Head
from provisioning.domain.checklist import Checklist
from provisioning.domain.digest import DigestFacts, DigestId, DigestRow, DigestState
from provisioning.domain.fleet import AtVersion, Member, MemberState
from provisioning.domain.kept_answer import EarlierRequest, KeptAnswer
from provisioning.domain.lockdown import Covered, Lockdown
from provisioning.domain.page import Cursor
from provisioning.domain.project import DatabaseAddress, Project, ProjectRef
from provisioning.domain.request import ProvisionRequest
from provisioning.domain.round import Mood, Notice, NoticeId, Verification
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
from provisioning.domain.schedule import Tick
from provisioning.domain.secret import Sealed, Secret
from provisioning.domain.tenant import Tenant, TenantState


@dataclass(frozen=True)
class ProjectIntent:
    """What is stored before the project is asked for: enough to find it again and to get into it."""

    name: str
    password: Sealed
    requested: bool
    ref: ProjectRef | None


@dataclass(frozen=True)
class TenantSecrets:
    """A tenant's sealed credentials and where its database is; None where no step has come that far."""

    database_url: Sealed | None
    anon_key: Sealed | None
    service_key: Sealed | None
    password: Sealed | None
    address: DatabaseAddress | None
    next_password: Sealed | None = None
    """While the password is being changed: the one that is to follow. One of the two opens."""


class Tenants(Protocol):
    async def reserve(self, request: ProvisionRequest) -> Tenant:
        """Take the subdomain. Raises Refused (`taken`) when a tenant, living or buried, has it."""
        ...

    async def find(self, subdomain: str) -> Tenant | None: ...
    async def find_by_id(self, tenant_id: UUID) -> Tenant | None:
        """Find a tenant by its id, or by the one that it was registered under."""
        ...

    async def find_by_project(self, ref: str) -> Tenant | None:
        """The tenant, living or buried, whose project this is."""
        ...

    async def list(
        self,
        *,
        text: str,
        limit: int,
        offset: int = 0,
        states: Sequence[TenantState] = (),
        after: Cursor | None = None,
    ) -> tuple[Sequence[Tenant], int]:
        """A page, newest first, and how many there are. `text` is looked for in their names.

        Without `states` those that live. A page begins after a cursor, or after `offset` tenants.
        """
        ...

    async def portion(self, *, after: Tenant | None, limit: int) -> Sequence[Tenant]:
        """All rows in turn, newest first, tombstones included: the ones that follow on `after` (None: the first)."""
        ...

    async def counts(self) -> Mapping[TenantState, int]:
        """How many tenants there are in each state, tombstones left out."""
        ...

    async def being_made(self) -> int:
        """How many of the unverified ones have a run that has not come to their checks yet."""
        ...

    async def verifiable(self) -> Sequence[Tenant]:
        """Those that are served and that no open run works on, by subdomain."""
        ...

    async def other_active(self, subdomain: str) -> str | None: ...
    async def secrets(self, subdomain: str) -> TenantSecrets: ...
    async def change_admin_email(self, subdomain: str, email: str) -> None: ...
    async def store_temporary_password(self, subdomain: str, password: Sealed | None) -> None: ...
    async def temporary_password(self, subdomain: str) -> Sealed | None: ...

    async def project_intent(self, subdomain: str) -> ProjectIntent | None: ...
    async def store_project_intent(self, subdomain: str, *, name: str, password: Sealed) -> ProjectIntent:
        """Store the intent unless there is one already; return the one that stands."""
        ...

    async def store_next_password(self, subdomain: str, password: Sealed) -> Sealed:
        """Store the password that is to follow, unless there is one already; return the one that stands."""
        ...

    async def adopt_next_password(self, subdomain: str) -> None:
        """Make the password that is to follow the tenant's own; nothing happens when there is none."""
        ...

    async def forget_next_password(self, subdomain: str) -> None: ...
    async def store_service_key(self, subdomain: str, key: Sealed) -> None: ...

    async def mark_project_requested(self, subdomain: str, *, requested: bool) -> None: ...
    async def store_project_ref(self, subdomain: str, ref: ProjectRef | None) -> ProjectRef | None:
        """Store the project unless there is one already; return the one that stands. None forgets it."""
        ...

    async def store_project(self, subdomain: str, project: Project, *, sealed_url: Sealed) -> None: ...
    async def store_schema_version(self, subdomain: str, version: str, *, size_bytes: int) -> None: ...
    async def record(self, subdomain: str, *, platform_tenant_id: str | None) -> Tenant:
        """Make the record whole and active. The platform's tenant id becomes ours where it is a UUID."""
        ...

    async def suspend(self, subdomain: str, *, reason: str, by: str) -> None:
        """Make the record inactive; a tenant that is suspended already keeps its first reason and time.

        One that a lockdown has suspended is suspended by this from now on: lifting the lockdown leaves it so.
        """
        ...

    async def activate(self, subdomain: str) -> None:
        """Make the record active again. It is unverified until it is checked."""
        ...

    async def bury(self, subdomain: str) -> None:
        """Leave a tombstone: the row and its subdomain stay, every credential is erased."""
        ...

    async def exhume(self, request: ProvisionRequest) -> Tenant:
        """Make a tombstone a tenant in the making, and keep what it was. Raises Refused (`taken`) for any other row."""
        ...

    async def rebury(self, subdomain: str) -> bool:
        """Make it the tombstone again that it was, its id included. False when it was none."""
        ...

    async def mark_imported(self, subdomain: str) -> None:
        """Make it a tenant that was made by hand, and that nobody has verified yet."""
        ...

    async def forget_record(self, subdomain: str) -> None: ...
    async def mark_dns_record(self, subdomain: str, *, made: bool) -> None: ...
    async def set_state(self, subdomain: str, state: TenantState, *, verdict: str) -> None: ...
    async def remove(self, subdomain: str) -> None:
        """Remove the row of a tenant that never came to be; its subdomain is free again."""
        ...


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


class Fleet(Protocol):
    """Upgrades of all tenants: who takes part in a run, in which ring, and how far each is."""

    async def draw(self, run_id: RunId, *, to: str, first: str | None, busy: Sequence[RunKind]) -> None:
        """Put every tenant that lacks this version into a ring of the run, once.

        Left out are pinned tenants, those of no recorded version, and those with an open run of a `busy` kind.
        """
        ...

    async def members(
        self,
        run_id: RunId,
        *,
        states: Sequence[MemberState],
        ring: int | None = None,
        limit: int | None = None,
    ) -> Sequence[Member]:
        """In their order."""
        ...

    async def mark(
        self,
        run_id: RunId,
        subdomain: str,
        state: MemberState,
        *,
        detail: str | None = None,
        backup: str | None = None,
    ) -> None: ...
    async def tally(self, run_id: RunId) -> Mapping[tuple[int, MemberState], int]:
        """How many members there are, by ring and state."""
        ...

    async def versions(self) -> Sequence[AtVersion]: ...
    async def pinned(self, *, limit: int) -> Sequence[Tenant]: ...
    async def pin(self, subdomain: str, *, reason: str | None, by: str) -> None:
        """Keep the tenant at its version for this reason; None lets it go with the others again."""
        ...


class SeenRequests(Protocol):
    async def first_time(self, key: str) -> bool:
        """Tell whether this request comes for the first time; whoever asks again hears no."""
        ...


class Schedules(Protocol):
    """Which tick of each schedule was acted on last, whoever's clock it was."""

    async def last_due(self, name: str) -> datetime: ...
    async def take(self, name: str, tick: Tick) -> bool:
        """Tell whether this tick is ours to act on: it is so once, and in this transaction."""
        ...


class Digests(Protocol):
    async def facts(self, *, since: datetime, now: datetime) -> DigestFacts:
        """How all tenants stand, and what is new since then."""
        ...

    async def latest_shown(self) -> DigestRow | None:
        """The newest one that was posted, or that somebody has begun to post."""
        ...

    async def add(self, row: DigestRow) -> None:
        """Where it is to be posted, it supersedes those that nobody has begun to post."""
        ...

    async def find(self, digest_id: DigestId) -> DigestRow | None: ...
    async def pending(self) -> Sequence[DigestRow]:
        """Those that are to be posted, oldest first."""
        ...

    async def save(self, digest_id: DigestId, notes: Mapping[str, Any], *, state: DigestState) -> None: ...


class KeptAnswers(Protocol):
    async def claim(self, caller: str, key: str, request_hash: str) -> EarlierRequest | None:
        """Take a key, or give the request that has it. One that is being answered is waited for, then Refused."""
        ...

    async def keep(self, caller: str, key: str, answer: KeptAnswer) -> None: ...
    async def forget(self, caller: str, key: str) -> None: ...


class Verifications(Protocol):
    async def add(self, verification: Verification, *, keep: int) -> None:
        """Keep it, and so many of the tenant's newest."""
        ...

    async def of(self, subdomain: str, *, limit: int) -> Sequence[Verification]:
        """Those of one tenant, newest first."""
        ...

    async def of_run(self, run_id: RunId) -> Sequence[Verification]: ...
    async def turned_bad(self, run_id: RunId) -> Sequence[Mood]:
        """Whom this run found bad while people believe them well; from now on they don't."""
        ...

    async def turned_well(self, run_id: RunId) -> Sequence[Mood]:
        """Whom this run found well while people believe them bad; from now on they don't."""
        ...


class Notices(Protocol):
    async def add(self, notice: Notice) -> None: ...
    async def alarm(self) -> Notice | None:
        """The open alarm about tenants that are not kept apart. Nobody else changes it in this transaction."""
        ...

    async def change(self, notice: Notice) -> None:
        """What is new in it is to be told."""
        ...

    async def unreported(self) -> Sequence[Notice]: ...
    async def save_report(self, notice_id: NoticeId, notes: Mapping[str, Any], *, told: str | None) -> None:
        """Keep the surface's notes. `told` is the print of what was told; it is over when that is all there is."""
        ...


class Transaction(Protocol):
    """One transaction. Leaving its block commits everything; an exception undoes everything."""

    @property
    def tenants(self) -> Tenants: ...
    @property
    def runs(self) -> Runs: ...
    @property
    def legs(self) -> Legs: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def audit(self) -> AuditLog: ...
    @property
    def reports(self) -> Reports: ...
    @property
    def approvals(self) -> Approvals: ...
    @property
    def lockdowns(self) -> Lockdowns: ...
    @property
    def fleet(self) -> Fleet: ...
    @property
    def seen_requests(self) -> SeenRequests: ...
    @property
    def schedules(self) -> Schedules: ...
    @property
    def digests(self) -> Digests: ...
    @property
    def kept_answers(self) -> KeptAnswers: ...
    @property
    def verifications(self) -> Verifications: ...
    @property
    def notices(self) -> Notices: ...


class Registry(Protocol):
    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """Raises Transient while the database can't be reached."""
        ...

    def unit(self) -> AbstractAsyncContextManager[Transaction]:
        """Make one transaction of all that this task opens in the block; each undoes itself alone when it fails."""
        ...


_PORTION: Final = 1000


async def every_tenant(registry: Registry) -> AsyncIterator[Tenant]:
    """All tenants, newest first, tombstones included: for what can't do without all of them.

    Read in portions, so that neither memory nor a transaction holds them all. One that comes meanwhile is missing.
    """
    last: Tenant | None = None
    while True:
        async with registry.transaction() as tx:
            portion = await tx.tenants.portion(after=last, limit=_PORTION)
        for tenant in portion:
            yield tenant
        if len(portion) < _PORTION:
            return
        last = portion[-1]
