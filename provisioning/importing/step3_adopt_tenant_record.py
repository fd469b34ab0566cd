"""Step 3: take up the record that the platform has of the tenant.

Nothing is published, as whoever made the tenant has done so; unless registering it there was asked for too.
"""

from datetime import timedelta

from provisioning.domain.project import ProjectRef
from provisioning.engine.step import step
from provisioning.errors import Permanent
from provisioning.importing.request import ImportRequest
from provisioning.ports import TenantCredentials
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
async def adopt_tenant_record(at: At, request: ImportRequest) -> str:
    if request.publish and at.ports.platform.publishes:
        await _ensure_published(at, request)
    platform_tenant_id, said = await published_as(at.ports, at.subdomain, request.project_ref)
    async with at.ports.registry.transaction() as tx:
        await at.hold(tx)
        await require_no_lockdown(tx)
        await tx.tenants.record(at.subdomain, platform_tenant_id=platform_tenant_id)
    return said


async def _ensure_published(at: At, request: ImportRequest) -> None:
    if await at.ports.platform.find(at.subdomain) is not None:
        return
    async with at.ports.registry.transaction() as tx:
        await require_no_lockdown(tx)
        stored = await tx.tenants.secrets(at.subdomain)
    assert stored.anon_key is not None
    assert stored.service_key is not None
    await at.ports.platform.publish(
        TenantCredentials(
            company_name=request.tenant.company,
            subdomain=at.subdomain,
            database_url=at.ports.projects.url(request.project_ref),
            anon_key=at.ports.vault.open(stored.anon_key, subdomain=at.subdomain, field="anon_key"),
            service_key=at.ports.vault.open(stored.service_key, subdomain=at.subdomain, field="service_key"),
            admin_email=request.tenant.admin_email,
            admin_name=request.tenant.admin_name,
        )
    )


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
