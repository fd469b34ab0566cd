"""Step 6: DNS record, platform and registry (guide 14.5, 3). Here a tombstone stays, and reserves the subdomain."""

from datetime import timedelta

from provisioning.deprovision.clearance import require_clearance
from provisioning.engine.step import step
from provisioning.provision.ports import At
from provisioning.provision.step5_configure_dns import remove_dns_record


@step(
    6,
    "Bury tenant record",
    typical=timedelta(seconds=10),
    deadline=timedelta(minutes=30),
    no_undo="`restore --as-tenant` makes the tenant anew from its archive",
    detail=lambda said: said,
)
async def bury_tenant_record(at: At, deleted: str) -> str:  # noqa: ARG001 - only after the project
    async with at.ports.registry.transaction() as tx:
        tenant, _ = await require_clearance(at, tx)
    said = [await remove_dns_record(at)] if tenant.dns_record_made else []
    platform = at.ports.platform
    if platform.publishes and (published := await platform.find(at.subdomain)) is not None:
        said.append(await platform.withdraw(published.tenant_id))
    async with at.ports.registry.transaction() as tx:
        await at.hold(tx)
        await tx.tenants.bury(at.subdomain)
    said.append("credentials erased; the subdomain stays reserved")
    return "; ".join(said)
