"""What answers look like. They are what the door shows, and nothing besides: no column of a credential is among it."""

from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

T = TypeVar("T")


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class FieldProblem(Answer):
    field: str
    message: str


class Problem(Answer):
    """RFC 9457. `detail` is a sentence for people, `code` a stable word for scripts."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    field: str | None = None
    errors: list[FieldProblem] | None = None


class Page(Answer, Generic[T]):
    """`next` is the cursor of the page after this one; null at the end."""

    items: list[T]
    total: int | None = None
    next: str | None = None


class StepAnswer(Answer):
    number: int
    title: str
    state: str
    attempts: int
    seconds: float | None
    detail: str | None


class CheckAnswer(Answer):
    name: str
    expected: str
    found: str
    ok: bool | None
    skipped: bool
    advisory: bool
    evidence: str
    seconds: float


class WaitingForAnswer(Answer):
    who: str
    what: str
    until: datetime | None


class RunErrorAnswer(Answer):
    code: str
    message: str
    step: int | None


class RunTenantAnswer(Answer):
    tenant_id: str | None
    company_name: str
    subdomain: str
    access_url: str
    project_ref: str | None
    is_active: bool


class TenantVerificationAnswer(Answer):
    run_id: str
    at: datetime | None
    ok: bool
    verdict: str
    checklist: list[CheckAnswer]


class TenantVerificationsAnswer(Answer):
    items: list[TenantVerificationAnswer]


class RunAnswer(Answer):
    run_id: str
    kind: str
    state: str
    tenant: RunTenantAnswer | None
    steps: list[StepAnswer]
    checklist: list[CheckAnswer]
    waiting_for: WaitingForAnswer | None
    error: RunErrorAnswer | None
    requested_by: str
    created_at: datetime
    finished_at: datetime | None


class RegisteredAnswer(Answer):
    """A tenant record as the guide shows it (14.3, step 4)."""

    tenant_id: str
    subdomain: str
    database_url: str | None
    is_active: bool
    created_at: datetime
    access_url: str


class VerificationAnswer(Answer):
    run_id: str
    at: datetime
    checklist: list[CheckAnswer]


class ApprovalAnswer(Answer):
    approval_id: str
    action: str
    state: str
    subdomain: str
    reason: str
    grace_seconds: int | None
    requested_by: str
    created_at: datetime
    expires_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str | None
    run_id: str | None
    facts: dict[str, Any]


class TenantAnswer(Answer):
    """A tenant record as the guide shows it, and how it stands."""

    tenant_id: str | None
    subdomain: str
    database_url: str | None
    is_active: bool
    created_at: datetime
    access_url: str
    company_name: str
    state: str
    verdict: str | None
    project_ref: str | None
    region: str | None
    imported: bool
    admin_email: str
    schema_version: str | None
    pinned: str | None
    database_bytes: int | None
    suspended_at: datetime | None
    suspended_reason: str | None
    suspended_by: str | None


class TenantStatusAnswer(TenantAnswer):
    """The same, with its open or latest run, its last verification, and the question about it that waits."""

    run: RunAnswer | None
    last_verification: VerificationAnswer | None
    approval: ApprovalAnswer | None


class RollbackPlanAnswer(Answer):
    """`undo` are phrases such as `delete the Supabase project`."""

    run_id: str
    undo: list[str]
    monthly_cost: float


class QuestionAnswer(Answer):
    """`ok` null: it does not stand in the way, but deserves a look."""

    name: str
    answer: str
    ok: bool | None


class PlannedStepAnswer(Answer):
    number: int
    title: str


class PlanAnswer(Answer):
    dry_run: bool
    ready: bool
    request: dict[str, Any]
    steps: list[PlannedStepAnswer]
    monthly_cost: float | None = None
    questions: list[QuestionAnswer]


class LockdownInForceAnswer(Answer):
    lockdown_id: str
    reason: str
    declared_by: str
    declared_at: datetime
    holds: int


class LockdownAnswer(Answer):
    in_force: LockdownInForceAnswer | None


class AtVersionAnswer(Answer):
    version: str | None
    tenants: int
    pinned: int


class PinnedAnswer(Answer):
    subdomain: str
    version: str | None
    reason: str
    by: str


class MemberAnswer(Answer):
    subdomain: str
    ring: int
    from_version: str
    state: str
    detail: str | None
    backup: str | None


class FleetAnswer(Answer):
    """Who has which version of the schema. `behind` counts those that are not pinned."""

    newest: str
    behind: int
    versions: list[AtVersionAnswer]
    pinned: list[PinnedAnswer]
    failed: list[MemberAnswer]
    run: RunAnswer | None


class PlannedStatementAnswer(Answer):
    text: str
    line: int
    may_destroy: bool


class PlannedFileAnswer(Answer):
    version: str
    name: str
    statements: list[PlannedStatementAnswer]
    may_destroy: bool


class UpgradePlanAnswer(Answer):
    """`rings` are their sizes; `trial` says how the schema did in a database that is no tenant's."""

    dry_run: bool
    ready: bool
    to: str
    tenants: int
    rings: list[int]
    pinned: int
    unrecorded: int
    trial: str
    files: list[PlannedFileAnswer]


class OrphanAnswer(Answer):
    kind: str
    ref: str
    name: str
    subdomain: str | None
    status: str
    monthly_cost: float
    found: str
    is_ours: bool


class OrphansAnswer(Answer):
    orphans: list[OrphanAnswer]
    total: int
    monthly_cost: float


class AuditEntryAnswer(Answer):
    seq: int
    at: datetime
    surface: str
    actor_id: str
    actor_name: str
    team: str | None
    action: str
    subdomain: str | None
    run_id: str | None
    request_hash: str | None
    result: str
    reason: str | None
    details: Any
    key_id: str
    previous_hash: str
    hash: str


class AuditAnswer(Answer):
    entries: list[AuditEntryAnswer]
    total: int
    next: int | None


class AuditBreakAnswer(Answer):
    model_config = ConfigDict(extra="allow")

    kind: str
    message: str


class AuditHeadAnswer(Answer):
    seq: int
    hash: str
    at: datetime
    key_id: str


class AuditProofAnswer(Answer):
    ok: bool
    rows: int
    breaks: list[AuditBreakAnswer]
    head: AuditHeadAnswer | None
    advice: str | None


class OverviewAnswer(Answer):
    tenants: dict[str, int]
    open_runs: list[RunAnswer]
    worker_alive: bool
    lockdown: str | None


class ArchivedAnswer(Answer):
    model_config = ConfigDict(extra="allow")

    subdomain: str
    company: str | None = None


class ArchivesAnswer(Answer):
    archives: list[ArchivedAnswer]
    total: int


class BackupAnswer(Answer):
    taken_at: datetime
    tables: int
    rows: int
    users: int


class RestorePlanAnswer(PlanAnswer):
    archive: str
    revives: bool
    backup: BackupAnswer


class FixAnswer(Answer):
    verb: str
    label: str
    plan: list[str]


class CauseAnswer(Answer):
    issue: str
    code: str
    sentence: str
    sure: str
    affected: list[str]
    fixes: list[FixAnswer]


class ProbeAnswer(Answer):
    issue: str
    name: str
    asked: str
    expected: str
    found: str
    outcome: str
    seconds: float
    ok: bool | None
    skipped: bool


class DiagnosisAnswer(Answer):
    """`incident` is where the evidence of a leak is kept in the archive."""

    subdomain: str
    healthy: bool
    made_at: datetime
    seconds: float
    issues: list[str]
    cause: CauseAnswer | None
    also: list[CauseAnswer]
    probes: list[ProbeAnswer]
    incident: str | None


class SentDigestAnswer(Answer):
    digest_id: str
    state: str
    digest: dict[str, Any]
