"""An approval: the question whether something irreversible may be done, and its one answer."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NewType

from provisioning.domain.audit import canonical_json
from provisioning.domain.run import RunId
from provisioning.domain.tenant import Tenant

ApprovalId = NewType("ApprovalId", str)

DEPROVISION: Final = "deprovision"
REMOVE_ORPHAN: Final = "remove_orphan"
NOTIFY: Final = "notify"
"""What can be asked for."""

NO_TENANT: Final = "00000000-0000-0000-0000-000000000000"
"""In the place of a tenant's id, where a question is about none."""


class ApprovalState(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    VOID = "void"


@dataclass(frozen=True)
class Approval:
    """`requester` is who asked, the same on every surface; `facts` are what an approver should know.

    `subdomain` is the tenant's, the ref of an orphan, the name of an incident, or FLEET for all tenants: at most one
    question about each is pending.
    """

    approval_id: ApprovalId
    action: str
    subdomain: str
    tenant_id: str
    request: Mapping[str, Any]
    request_hash: str
    tenant_print: str
    state: ApprovalState
    requested_by: str
    requester: str
    created_at: datetime
    expires_at: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision_reason: str | None = None
    run_id: RunId | None = None
    origin: Mapping[str, Any] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        return str(self.request.get("reason", ""))


def tenant_print(tenant: Tenant) -> str:
    """Fingerprint of what an approver was shown of a tenant: another one makes the question void."""
    seen = {
        "tenant_id": str(tenant.tenant_id),
        "company": tenant.company_name,
        "subdomain": tenant.subdomain,
        "project": tenant.project_ref,
        "admin": tenant.admin_email,
        "is_active": tenant.is_active,
    }
    return hashlib.sha256(canonical_json(seen).encode()).hexdigest()
