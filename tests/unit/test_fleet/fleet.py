"""A fleet of tenants at the base schema, with databases of their own, and newer files to bring to them."""

from provisioning.domain.actor import Actor, Role
from provisioning.domain.project import DatabaseAddress, Project, ProjectRef
from provisioning.domain.request import RequestDefaults, parse_provision_request
from provisioning.domain.schema_files import SchemaFile
from provisioning.domain.secret import Secret
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
        await made.database.apply_schema(world.schema.now[:1])
        await register(world, name, made.address, world.audit_key, ref=made.ref)
        self.databases[name] = made.database


async def register(
    world: World, name: str, address: DatabaseAddress, password: Secret, *, ref: ProjectRef
) -> None:
    """Make the record of a verified tenant whose database is there, at the base schema."""
    sealed = world.vault.seal(password, subdomain=name, field="project_password")
    project = Project(
        ref=ref,
        name=name,
        region="eu-west-1",
        url=world.projects.url(ref),
        address=address,
        password=sealed,
        anon_key=sealed,
        service_key=sealed,
    )
    fields = {**RAW_REQUEST, "company": name, "subdomain": name}
    request = parse_provision_request(fields, RequestDefaults("eu-west-1", world.ports.seeds.vendor_names))
    async with world.records.transaction() as tx:
        await tx.tenants.reserve(request)
        await tx.tenants.store_project_intent(name, name=name, password=sealed)
        await tx.tenants.store_project(name, project, sealed_url=sealed)
        await tx.tenants.record(name, platform_tenant_id=None)
        await tx.tenants.set_state(name, TenantState.VERIFIED, verdict="verified")
        await tx.tenants.store_schema_version(name, BASE, size_bytes=1)
