"""The platform that serves tenants: what it is told, and what it says from outside."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from provisioning.domain.secret import Secret


@dataclass(frozen=True)
class PublishedTenant:
    """A tenant as the platform's own registry has it."""

    tenant_id: str
    subdomain: str
    database_url: str | None
    is_active: bool
    access_url: str | None = None


@dataclass(frozen=True)
class TenantCredentials:
    """What the platform needs to serve a tenant (guide, step 4)."""

    company_name: str
    subdomain: str
    database_url: str
    anon_key: Secret
    service_key: Secret
    admin_email: str
    admin_name: str


class Platform(Protocol):
    """The platform's registry of tenants."""

    @property
    def publishes(self) -> bool:
        """False when PLATFORM_REGISTRY is none: nothing is published, and checks say so."""
        ...

    async def check_access(self) -> None: ...
    async def find(self, subdomain: str) -> PublishedTenant | None: ...
    async def publish(self, tenant: TenantCredentials) -> PublishedTenant:
        """Register the tenant. Raises Unclear when the answer was lost, Refused with code `taken` when it is there."""
        ...

    async def repoint(self, tenant_id: str, tenant: TenantCredentials) -> None:
        """Serve a tenant that is known there from another database, and switch it on. Safe to repeat."""
        ...

    async def set_active(self, tenant_id: str, *, active: bool) -> None:
        """Let the platform serve the tenant, or stop serving it. Safe to repeat."""
        ...

    async def update_credentials(self, tenant_id: str, tenant: TenantCredentials) -> bool:
        """Give the platform the tenant's present keys. Safe to repeat; False when it has no call for that."""
        ...

    async def withdraw(self, tenant_id: str) -> str:
        """Take the tenant out of the platform; say in a few words what that left behind."""
        ...

    async def every(self) -> Sequence[PublishedTenant]:
        """All tenants that it has; none where nothing is published."""
        ...

    async def other_active(self, subdomain: str) -> str | None:
        """Name the subdomain of any other active tenant, or None."""
        ...


@dataclass(frozen=True)
class Answer:
    """What a tenant's own URL said: enough to judge it and to show as evidence."""

    status: int
    content_type: str
    tenant_id: str | None
    tenant_id_from: str | None
    data: object = field(repr=False)  # a login's answer holds its token
    text: str

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300  # noqa: PLR2004


class TenantApp(Protocol):
    """The application at a tenant's own URL, asked as a customer's browser would."""

    def url(self, subdomain: str) -> str: ...
    async def certificate_expiry(self, subdomain: str) -> datetime | None:
        """Read until when the certificate shown for this name is good; None where tenants are served without one.

        Raises Permanent when it is not good now.
        """
        ...

    async def frontend(self, subdomain: str) -> Answer: ...
    async def health(self, subdomain: str) -> Answer: ...
    async def register(self, subdomain: str, *, email: str, password: Secret, full_name: str) -> Answer:
        """POST /api/auth/register with role admin. Raises Unclear when the answer was lost."""
        ...

    async def login(self, subdomain: str, *, email: str, password: Secret) -> Answer: ...
    async def batches(self, subdomain: str, token: Secret) -> Answer: ...
    async def upload(self, subdomain: str, token: Secret, *, filename: str, content: bytes) -> Answer: ...
    async def batch(self, subdomain: str, token: Secret, batch_id: str) -> Answer: ...
    async def delete_batch(self, subdomain: str, token: Secret, batch_id: str) -> Answer: ...
