"""Step 3: the tenant is recorded and served again. The platform's own tombstone, where it keeps one, is revived too.

So the tenant has its old id again. A platform that deletes its tenants gives a new one.
"""

from datetime import timedelta

from provisioning.domain.project import Project, ProjectRef
from provisioning.domain.tenant import TenantRecord
from provisioning.engine.step import step
from provisioning.errors import Permanent
from provisioning.provision.app_checks import remove_verification_uploads
from provisioning.provision.ports import At
from provisioning.provision.probe_user import remove_probe_users
from provisioning.provision.step4_create_tenant_record import (
    create_tenant_record,
    credentials,
    withdraw_tenant_record,
)
from provisioning.restore.request import RestoreRequest
from provisioning.restore.step2_restore_database import backups_of


async def withdraw_unused_record(at: At) -> str:
    """Undo: take the tenant out again, unless somebody has used it. Looked at before, and when nobody gets in any more."""
    await _refuse_if_used(at)
    said = await withdraw_tenant_record(at)
    await _refuse_if_used(at)
    return said


@step(
    3,
    "Revive tenant record",
    typical=timedelta(seconds=10),
    deadline=timedelta(minutes=5),
    undo=withdraw_unused_record,
    undoes="withdraw the tenant record from the platform and from the registry, if nobody has used the tenant yet",
    detail=lambda record: f"{record.tenant_id}" + ("" if record.published else ", not published"),
)
async def revive_tenant_record(at: At, request: RestoreRequest, project: Project) -> TenantRecord:
    platform = at.ports.platform
    async with at.ports.registry.transaction() as tx:
        tenant = await tx.tenants.find(at.subdomain)
    known_as = tenant.platform_tenant_id if tenant else None
    if platform.publishes and known_as is not None:
        there = await platform.find(at.subdomain)
        if there is not None and there.tenant_id == known_as and not there.is_active:
            await platform.repoint(known_as, credentials(at, request.tenant, project))
    return await create_tenant_record.act(at, request.tenant, project)


async def _refuse_if_used(at: At) -> None:
    """Rows that are not those of the backup are the customer's: only `deprovision` may remove them."""
    async with at.ports.registry.transaction() as tx:
        tenant, run = await tx.tenants.find(at.subdomain), await tx.runs.find(at.run_id)
        stored = await tx.tenants.secrets(at.subdomain)
    assert tenant is not None
    assert run is not None
    if tenant.project_ref is None or stored.address is None or stored.password is None:
        return
    if await at.ports.projects.status(ProjectRef(tenant.project_ref)) is None:
        return
    await remove_probe_users(at)
    await remove_verification_uploads(at)
    changed = await backups_of(at).changed_since(
        RestoreRequest.from_json(run.request).archive,
        address=stored.address,
        password=at.ports.vault.open(stored.password, subdomain=at.subdomain, field="project_password"),
    )
    if changed:
        raise Permanent(
            f"{at.subdomain} has been used since it was restored ({'; '.join(changed)}). Go on with the run, "
            "and remove the tenant with `tenantbot deprovision` if it is not wanted.",
            code="has_data",
        )
