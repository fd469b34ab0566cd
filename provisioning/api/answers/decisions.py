"""What a second person decides."""

from datetime import datetime
from typing import Any

from provisioning.api.answers.base import Answer


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


class LockdownInForceAnswer(Answer):
    lockdown_id: str
    reason: str
    declared_by: str
    declared_at: datetime
    holds: int


class LockdownAnswer(Answer):
    in_force: LockdownInForceAnswer | None


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
