"""The tenant's keys as the registry has them now, and as the platform is told them."""

from dataclasses import dataclass
from typing import Final

from provisioning.domain.project import ProjectRef
from provisioning.domain.secret import Secret
from provisioning.domain.tenant import Tenant
from provisioning.errors import Permanent
from provisioning.ports import TenantCredentials
from provisioning.provision.ports import At
from provisioning.provision.present_keys import seal_present_keys

_UNREADABLE: Final = "sealed"
"""The vault's code for a value that none of its keys opens."""


@dataclass(frozen=True)
class Credentials:
    tenant: Tenant
    ref: ProjectRef
    anon_key: Secret
    service_key: Secret

    def for_platform(self, at: At, service_key: Secret) -> TenantCredentials:
        return TenantCredentials(
            company_name=self.tenant.company_name,
            subdomain=self.tenant.subdomain,
            database_url=at.ports.projects.url(self.ref),
            anon_key=self.anon_key,
            service_key=service_key,
            admin_email=self.tenant.admin_email,
            admin_name=self.tenant.admin_name,
        )


async def recorded_credentials(at: At) -> Credentials:
    async with at.ports.registry.transaction() as tx:
        tenant, stored = await tx.tenants.find(at.subdomain), await tx.tenants.secrets(at.subdomain)
    if tenant is None or tenant.project_ref is None or stored.anon_key is None or stored.service_key is None:
        raise Permanent(f"The registry has no keys for {at.subdomain}.", code="no_keys")
    vault = at.ports.vault
    return Credentials(
        tenant=tenant,
        ref=ProjectRef(tenant.project_ref),
        anon_key=vault.open(stored.anon_key, subdomain=at.subdomain, field="anon_key"),
        service_key=vault.open(stored.service_key, subdomain=at.subdomain, field="service_key"),
    )


async def readable_credentials(at: At) -> Credentials:
    """The same; where the keys that sealed them are lost, they are read from Supabase and sealed anew first."""
    try:
        return await recorded_credentials(at)
    except Permanent as fault:
        if fault.code != _UNREADABLE:
            raise
        await at.note(f"{fault.message} The project's keys are read from Supabase and sealed anew.")
    await seal_present_keys(at)
    return await recorded_credentials(at)
