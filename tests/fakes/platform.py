"""The platform's registry of tenants in memory."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

from provisioning.errors import Permanent, Refused
from provisioning.ports import PublishedTenant, TenantCredentials


class FakePlatform:
    """Implements the port Platform. `records` holds the tenants it serves, by subdomain."""

    def __init__(self) -> None:
        self.publishes = True
        self.tells_database_url = True
        self.deletes = True
        self.takes_new_credentials = True
        self.records: dict[str, PublishedTenant] = {}
        self.credentials: dict[str, TenantCredentials] = {}

    async def check_access(self) -> None:
        """Whoever asks has access."""

    async def find(self, subdomain: str) -> PublishedTenant | None:
        record = self.records.get(subdomain)
        return self._shown(record) if record else None

    async def publish(self, tenant: TenantCredentials) -> PublishedTenant:
        if not self.publishes:
            raise Permanent("PLATFORM_REGISTRY is none.", code="not_published")
        if tenant.subdomain in self.records:
            raise Refused(
                f"The platform already has a tenant {tenant.subdomain}.", code="taken", field="subdomain"
            )
        self.credentials[tenant.subdomain] = tenant
        return self._shown(self.add(tenant.subdomain, tenant.database_url))

    def add(self, subdomain: str, database_url: str) -> PublishedTenant:
        """Register a tenant without being asked by the product."""
        self.records[subdomain] = PublishedTenant(
            tenant_id=str(uuid4()),
            subdomain=subdomain,
            database_url=database_url,
            is_active=True,
            access_url=f"https://{subdomain}.taskifai.test",
        )
        return self.records[subdomain]

    def suspend(self, subdomain: str) -> None:
        self.records[subdomain] = replace(self.records[subdomain], is_active=False)

    async def repoint(self, tenant_id: str, tenant: TenantCredentials) -> None:
        there = self.records[tenant.subdomain]
        assert there.tenant_id == tenant_id
        self.credentials[tenant.subdomain] = tenant
        self.records[tenant.subdomain] = replace(there, database_url=tenant.database_url, is_active=True)

    async def set_active(self, tenant_id: str, *, active: bool) -> None:
        for subdomain, record in self.records.items():
            if record.tenant_id == tenant_id:
                self.records[subdomain] = replace(record, is_active=active)

    async def update_credentials(self, tenant_id: str, tenant: TenantCredentials) -> bool:
        if not self.takes_new_credentials:
            return False
        record = self.records.get(tenant.subdomain)
        if record is None or record.tenant_id != tenant_id:
            raise Permanent(f"The platform has no tenant {tenant_id}.")
        self.credentials[tenant.subdomain] = tenant
        return True

    async def withdraw(self, tenant_id: str) -> str:
        if not self.deletes:
            await self.set_active(tenant_id, active=False)
            return "the platform made the tenant inactive"
        self.records = {
            subdomain: record for subdomain, record in self.records.items() if record.tenant_id != tenant_id
        }
        return "the platform deleted the tenant"

    async def every(self) -> Sequence[PublishedTenant]:
        return [self._shown(record) for record in self.records.values()]

    async def other_active(self, subdomain: str) -> str | None:
        return next(
            (one.subdomain for one in self.records.values() if one.is_active and one.subdomain != subdomain),
            None,
        )

    def _shown(self, record: PublishedTenant) -> PublishedTenant:
        return record if self.tells_database_url else replace(record, database_url=None)
