"""Step 3: take up the record that the platform has of the tenant.

Nothing is published: whoever made the tenant has done so.
"""

from datetime import timedelta

from provisioning.domain.project import ProjectRef
from provisioning.engine.step import step
from provisioning.errors import Permanent
from provisioning.provision.no_lockdown import require_no_lockdown
from provisioning.provision.ports import At, ProvisionPorts


@step(
    3,
    "Adopt tenant record",
    typical=timedelta(seconds=5),
    deadline=timedelta(minutes=5),
    no_undo="the platform's record stays as it is",
    detail=lambda said: said,
)
async def adopt_tenant_record(at: At, ref: ProjectRef) -> str:
    platform_tenant_id, said = await published_as(at.ports, at.subdomain, ref)
    async with at.ports.registry.transaction() as tx:
        await at.hold(tx)
        await require_no_lockdown(tx)
        await tx.tenants.record(at.subdomain, platform_tenant_id=platform_tenant_id)
    return said


async def published_as(ports: ProvisionPorts, subdomain: str, ref: ProjectRef) -> tuple[str | None, str]:
    """The platform's id of the tenant, and what to say. Raises Permanent unless it serves just this project there."""
    if not ports.platform.publishes:
        return None, "nothing is published (PLATFORM_REGISTRY=none)"
    found, url = await ports.platform.find(subdomain), ports.projects.url(ref)
    if found is None:
        raise Permanent(
            f"The platform has no tenant {subdomain}; register it there first (guide, step 4).",
            code="not_published",
        )
    if found.database_url not in {None, url}:
        raise Permanent(
            f"The platform serves {subdomain} from {found.database_url}, not from {url}; correct one of the two.",
            code="published_elsewhere",
        )
    if not found.is_active:
        raise Permanent(
            f"The platform has {subdomain} as inactive; activate it there first.", code="inactive"
        )
    return found.tenant_id, f"published as {found.tenant_id}"
