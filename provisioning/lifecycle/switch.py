"""The platform's switch: whether it serves a tenant."""

from provisioning.provision.ports import At


async def switch(at: At, *, active: bool) -> str:
    """Tell the platform; say in a few words what it did. Safe to repeat."""
    platform, word = at.ports.platform, "active" if active else "inactive"
    if not platform.publishes:
        return f"{word} in our registry; nothing is published (PLATFORM_REGISTRY=none)"
    async with at.ports.registry.transaction() as tx:
        tenant = await tx.tenants.find(at.subdomain)
    tenant_id = tenant.platform_tenant_id if tenant else None
    if tenant_id is None and (found := await platform.find(at.subdomain)) is not None:
        tenant_id = found.tenant_id
    if tenant_id is None:
        return f"{word} in our registry; the platform has no tenant {at.subdomain}"
    await platform.set_active(tenant_id, active=active)
    return f"{word} in our registry and at the platform"
