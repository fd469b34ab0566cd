"""Tenants, and how they stand."""

from datetime import datetime

from provisioning.api.answers.base import Answer
from provisioning.api.answers.decisions import ApprovalAnswer
from provisioning.api.answers.runs import CheckAnswer, RunAnswer


class TenantVerificationAnswer(Answer):
    run_id: str
    at: datetime | None
    ok: bool
    verdict: str
    checklist: list[CheckAnswer]


class TenantVerificationsAnswer(Answer):
    items: list[TenantVerificationAnswer]


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


class OverviewAnswer(Answer):
    tenants: dict[str, int]
    open_runs: list[RunAnswer]
    worker_alive: bool
    lockdown: str | None
