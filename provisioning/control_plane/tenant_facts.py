"""What an approver should know of a tenant before it ends: how much is in it, and what it costs."""

from typing import Any

from provisioning.domain.tenant import Tenant
from provisioning.errors import TenantbotError
from provisioning.provision.ports import ProvisionPorts


async def tenant_facts(ports: ProvisionPorts, tenant: Tenant) -> dict[str, Any]:
    """Ask the tenant's own database; say so when it does not answer."""
    facts: dict[str, Any] = {
        "company": tenant.company_name,
        "project": tenant.project_ref,
        "monthly_cost": ports.policy.monthly_cost,
        "dns_record": tenant.dns_record_made,
        "imported": tenant.imported,
    }
    try:
        async with ports.registry.transaction() as tx:
            stored = await tx.tenants.secrets(tenant.subdomain)
        if stored.address is None or stored.password is None:
            return facts | {"census": "the registry has no database for it"}
        password = ports.vault.open(stored.password, subdomain=tenant.subdomain, field="project_password")
        async with ports.databases.open(stored.address, password) as database:
            census = await database.census()
    except TenantbotError as fault:
        return facts | {"census": fault.message}
    return facts | {
        "users": census.users,
        "rows": census.rows,
        "bytes": census.size_bytes,
        "last_upload": census.last_upload and census.last_upload.isoformat(),
    }
