"""The platform is given our registry's word again: the tenant's own database, its keys, and that it is active."""

from provisioning.errors import Permanent, Refused, Transient
from provisioning.provision.no_lockdown import require_no_lockdown
from provisioning.provision.ports import At
from provisioning.provision.recorded_credentials import Credentials, recorded_credentials


async def republish(at: At) -> str:
    """Publish what is missing, correct what is there. Safe to repeat; raises Permanent when it should not be active."""
    if not at.ports.platform.publishes:
        raise Permanent(
            "Nothing is published (PLATFORM_REGISTRY=none), so there is nothing to repair there.",
            code="nothing_to_do",
        )
    async with at.ports.registry.transaction() as tx:
        await require_no_lockdown(tx)
    ours = await recorded_credentials(at)
    if not ours.tenant.is_active:
        raise Permanent(f"{at.subdomain} is not active any more; nothing was published.", code="suspended")
    there = await at.ports.platform.find(at.subdomain)
    if there is None:
        await _know_it_as(at, await _publish(at, ours))
        return "published anew: the platform had no such tenant"
    await at.ports.platform.repoint(there.tenant_id, ours.for_platform(at, ours.service_key))
    if there.tenant_id != ours.tenant.platform_tenant_id:
        await _know_it_as(at, there.tenant_id)
    return "the platform has our database URL and keys, and the tenant is active there"


async def _publish(at: At, ours: Credentials) -> str:
    try:
        published = await at.ports.platform.publish(ours.for_platform(at, ours.service_key))
    except Refused as fault:  # an earlier try's answer was lost: it is found by the next one
        raise Transient(fault.message) from fault
    return published.tenant_id


async def _know_it_as(at: At, tenant_id: str) -> None:
    async with at.ports.registry.transaction() as tx:
        await at.hold(tx)
        await require_no_lockdown(tx)
        await tx.tenants.record(at.subdomain, platform_tenant_id=tenant_id)
