"""A tenant record as people and other rooms see it, and the admin user it starts with."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID


class TenantState(StrEnum):
    """Where a tenant is in its life. `verified` is the only green one."""

    PROVISIONING = "provisioning"
    UNVERIFIED = "unverified"
    VERIFIED = "verified"
    SUSPENDED = "suspended"
    DELETED = "deleted"


BEING_MADE: Final = "being provisioned"
"""The verdict on a tenant that is recorded, while its run has not come to its checks yet."""
_CHECKED = frozenset({TenantState.VERIFIED, TenantState.SUSPENDED})


@dataclass(frozen=True)
class Tenant:
    """One row of the registry, without its secrets."""

    tenant_id: UUID
    company_name: str
    subdomain: str
    state: TenantState
    is_active: bool
    created_at: datetime
    admin_email: str
    admin_name: str
    region: str | None = None
    verdict: str | None = None
    project_ref: str | None = None
    project_name: str | None = None
    platform_tenant_id: str | None = None
    dns_record_made: bool = False
    suspended_at: datetime | None = None
    deleted_at: datetime | None = None
    database_bytes: int | None = None
    schema_version: str | None = None
    suspended_reason: str | None = None
    suspended_by: str | None = None
    imported: bool = False
    """Made by hand, and taken up: its project does not have a name that we gave."""
    pinned_reason: str | None = None
    """Why it keeps its version of the schema, until it is unpinned; None: it goes with the others."""
    pinned_by: str | None = None

    @property
    def is_being_made(self) -> bool:
        """Nobody has to look at it because it is unverified: its run has not come so far."""
        recorded = self.state is TenantState.UNVERIFIED and self.verdict == BEING_MADE
        return recorded or self.state is TenantState.PROVISIONING

    @property
    def reading(self) -> str:
        """What people read: the last verdict where there is one, which is never plain green while anything failed."""
        if self.is_being_made:
            return BEING_MADE
        verdict = self.verdict or ""
        told = self.state is TenantState.VERIFIED or verdict.startswith(TenantState.SUSPENDED)
        return verdict if verdict and told and self.state in _CHECKED else self.state.value


@dataclass(frozen=True)
class TenantRecord:
    """What step 4 made: the tenant as the platform knows it."""

    tenant_id: UUID
    subdomain: str
    access_url: str
    published: bool


@dataclass(frozen=True)
class AdminUser:
    """The first admin, as step 6 left them. The temporary password rests sealed in the registry until it is erased."""

    user_id: str
    email: str
    full_name: str
    via: str
