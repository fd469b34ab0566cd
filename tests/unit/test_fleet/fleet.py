"""A fleet of tenants at the base schema, with databases of their own, and newer files to bring to them."""

from provisioning.domain.actor import Actor, Role
from provisioning.domain.project import Project
from provisioning.domain.request import RequestDefaults, parse_provision_request
from provisioning.domain.schema_files import SchemaFile
from provisioning.domain.tenant import Tenant, TenantState
from tests.fakes.tenant_database import FakeTenantDatabase
from tests.fakes.world import RAW_REQUEST, World

APPROVER = Actor(surface="test", id="approver", name="approver", role=Role.APPROVER)
BASE = "20261124000001"
NOTES = SchemaFile("20261125000001", "notes", "create table if not exists public.notes (id int);")
DROPS = SchemaFile("20261126000001", "drops", "alter table public.notes drop column id;")


class Fleet:
    def __init__(self, world: World) -> None:
        self.world = world
        self.databases: dict[str, FakeTenantDatabase] = {}

    @classmethod
    async def of(cls, world: World, number: int) -> "Fleet":
        fleet = cls(world)
        for index in range(number):
            await fleet.add(f"tenant-{index:02}")
        return fleet

    def upgraded(self) -> set[str]:
        return {name for name, database in self.databases.items() if max(database.versions) != BASE}

    async def tenant(self, name: str) -> Tenant:
        async with self.world.records.transaction() as tx:
            found = await tx.tenants.find(name)
        assert found is not None
        return found

    async def add(self, name: str) -> None:
        world = self.world
        made = world.projects.make(name, password=world.audit_key)
        password = world.vault.seal(world.audit_key, subdomain=name, field="project_password")
        project = Project(
            ref=made.ref,
            name=name,
            region=made.region,
            url=world.projects.url(made.ref),
            address=made.address,
            password=password,
            anon_key=password,
            service_key=password,
        )
        fields = {**RAW_REQUEST, "company": name, "subdomain": name}
        request = parse_provision_request(
            fields, RequestDefaults("eu-west-1", world.ports.seeds.vendor_names)
        )
        await made.database.apply_schema(world.schema.now[:1])
        async with world.records.transaction() as tx:
            await tx.tenants.reserve(request)
            await tx.tenants.store_project_intent(name, name=name, password=password)
            await tx.tenants.store_project(name, project, sealed_url=password)
            await tx.tenants.record(name, platform_tenant_id=None)
            await tx.tenants.set_state(name, TenantState.VERIFIED, verdict="verified")
            await tx.tenants.store_schema_version(name, BASE, size_bytes=1)
        self.databases[name] = made.database
