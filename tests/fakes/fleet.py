"""Tenants that are there without any run: active, here and at the platform."""

from provisioning.domain.request import RequestDefaults, parse_provision_request
from provisioning.domain.tenant import TenantState
from tests.fakes.world import RAW_REQUEST, World


async def add_tenant(world: World, subdomain: str, *, state: TenantState = TenantState.VERIFIED) -> None:
    database_url = world.projects.url(world.projects.make(subdomain, password=world.audit_key).ref)
    record = world.platform.add(subdomain, database_url)
    fields = {**RAW_REQUEST, "company": subdomain.title(), "subdomain": subdomain}
    request = parse_provision_request(fields, RequestDefaults("eu-west-1", world.ports.seeds.vendor_names))
    async with world.records.transaction() as tx:
        await tx.tenants.reserve(request)
        await tx.tenants.record(subdomain, platform_tenant_id=record.tenant_id)
        await tx.tenants.set_state(subdomain, state, verdict=f"{state}, as it was")
