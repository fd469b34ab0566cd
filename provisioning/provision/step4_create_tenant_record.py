"""Step 4: Create tenant record (guide 14.3).

Our registry always; published to the platform by its admin API. Re-enters by asking again: a record that is there
already is ours when it has our project's URL, and stands in the way when it has any other.
"""

from datetime import timedelta

from provisioning.domain.project import Project, ProjectRef
from provisioning.domain.request import ProvisionRequest
from provisioning.domain.tenant import TenantRecord
from provisioning.engine.step import step
from provisioning.errors import Permanent, Refused, Transient
from provisioning.ports import PublishedTenant, TenantCredentials
from provisioning.provision.no_lockdown import require_no_lockdown
from provisioning.provision.ports import At


async def withdraw_tenant_record(at: At) -> str:
    """Undo: take the record out of the platform and make ours inactive."""
    async with at.ports.registry.transaction() as tx:
        tenant = await tx.tenants.find(at.subdomain)
    said = "nothing was published"
    if at.ports.platform.publishes and tenant is not None:
        published = await at.ports.platform.find(at.subdomain)
        if published is not None and published.database_url in {None, _url_of(at, tenant.project_ref)}:
            said = await at.ports.platform.withdraw(published.tenant_id)
    async with at.ports.registry.transaction() as tx:
        await tx.tenants.forget_record(at.subdomain)
    return said


@step(
    4,
    "Create tenant record",
    typical=timedelta(seconds=10),
    deadline=timedelta(minutes=5),
    undo=withdraw_tenant_record,
    undoes="withdraw the tenant record from the platform and from the registry",
    detail=lambda record: f"{record.tenant_id}" + ("" if record.published else ", not published"),
)
async def create_tenant_record(at: At, request: ProvisionRequest, project: Project) -> TenantRecord:
    async with at.ports.registry.transaction() as tx:
        await require_no_lockdown(tx)
    published = await _ensure_published(at, request, project) if at.ports.platform.publishes else None
    async with at.ports.registry.transaction() as tx:
        await require_no_lockdown(tx)
        tenant = await tx.tenants.record(
            at.subdomain, platform_tenant_id=published.tenant_id if published else None
        )
    return TenantRecord(
        tenant_id=tenant.tenant_id,
        subdomain=tenant.subdomain,
        access_url=at.ports.app.url(at.subdomain),
        published=published is not None,
    )


async def _ensure_published(at: At, request: ProvisionRequest, project: Project) -> PublishedTenant:
    try:
        return await at.ports.platform.publish(credentials(at, request, project))
    except Refused as fault:  # it is there: most likely by an earlier try of ours
        if (found := await at.ports.platform.find(at.subdomain)) is None:
            raise Transient(fault.message) from fault
        return _adopted(at, found, project)


def _adopted(at: At, found: PublishedTenant, project: Project) -> PublishedTenant:
    if found.database_url not in {None, project.url}:
        raise Permanent(
            f"The platform already serves {at.subdomain} from another database ({found.database_url}); "
            "remove that record there, or roll back and choose another subdomain.",
            code="published_elsewhere",
        )
    return found


def credentials(at: At, request: ProvisionRequest, project: Project) -> TenantCredentials:
    vault = at.ports.vault
    return TenantCredentials(
        company_name=request.company,
        subdomain=at.subdomain,
        database_url=project.url,
        anon_key=vault.open(project.anon_key, subdomain=at.subdomain, field="anon_key"),
        service_key=vault.open(project.service_key, subdomain=at.subdomain, field="service_key"),
        admin_email=request.admin_email,
        admin_name=request.admin_name,
    )


def _url_of(at: At, ref: str | None) -> str | None:
    return at.ports.projects.url(ProjectRef(ref)) if ref else None
