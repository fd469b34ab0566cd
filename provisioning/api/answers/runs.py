"""Runs, their steps and checklists."""

from datetime import datetime

from provisioning.api.answers.base import Answer


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


class RollbackPlanAnswer(Answer):
    """`undo` are phrases such as `delete the Supabase project`."""

    run_id: str
    undo: list[str]
    monthly_cost: float
