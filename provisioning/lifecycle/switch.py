"""The platform's switch: whether it serves a tenant."""

from provisioning.domain.tenant import Tenant
from provisioning.ports import Platform
from provisioning.provision.ports import At


async def switch(at: At, *, active: bool) -> str:
    """Tell the platform; say in a few words what it did. Safe to repeat."""
    word = "active" if active else "inactive"
    if not at.ports.platform.publishes:
        return f"{word} in our registry; nothing is published (PLATFORM_REGISTRY=none)"
    async with at.ports.registry.transaction() as tx:
        tenant = await tx.tenants.find(at.subdomain)
    if tenant is None or not await switch_at_platform(at.ports.platform, tenant, active=active):
        return f"{word} in our registry; the platform has no tenant {at.subdomain}"
    return f"{word} in our registry and at the platform"


async def switch_at_platform(platform: Platform, tenant: Tenant, *, active: bool) -> bool:
    """False when the platform has no such tenant, or nothing is published. Safe to repeat."""
    tenant_id = tenant.platform_tenant_id
    if tenant_id is None and (found := await platform.find(tenant.subdomain)) is not None:
        tenant_id = found.tenant_id
    if tenant_id is None or not platform.publishes:
        return False
    await platform.set_active(tenant_id, active=active)
    return True
