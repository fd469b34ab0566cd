"""One of each fake, put together as the composition root puts the adapters together."""

import secrets
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from provisioning.adapters.fernet_vault import FernetVault, new_key
from provisioning.control_plane import ControlPlane
from provisioning.control_plane.desk import Desk
from provisioning.domain.actor import Actor, Role
from provisioning.domain.request import RequestDefaults
from provisioning.domain.schema_files import SchemaFile, read_schema_files
from provisioning.domain.secret import Secret
from provisioning.domain.seeds import Seeds, read_seeds
from provisioning.pipelines import PIPELINES
from provisioning.probes import Probes
from provisioning.provision.ports import Policy, ProvisionPorts
from tests.fakes.app import FakeApp
from tests.fakes.archive import FakeArchive
from tests.fakes.backups import FakeBackups
from tests.fakes.clock import FakeClock
from tests.fakes.dns import TARGET, FakeDns, FakeZone
from tests.fakes.hasher import FakeHasher
from tests.fakes.mail import FakeMailer
from tests.fakes.platform import FakePlatform
from tests.fakes.probes import FakeCaa, FakeCertificates, FakeDataApi, FakeHosting, FakeLogs
from tests.fakes.projects import FakeProjects, MadeProject
from tests.fakes.registry import FakeRegistry
from tests.fakes.schema import FakeSchemaFolder, FakeSchemaTrials
from tests.fakes.sealing import FakeSealing
from tests.fakes.tenant_database import FakeTenantDatabase, FakeTenantDatabases
from tests.fakes.wire import Wire, WiredDatabases, WiredRegistry, wired

ROOT = Path(__file__).parents[2]
DOMAIN = "taskifai.test"
HARBOUR = "harbour"
"""The other tenant, which is always there."""

OPERATOR = Actor(surface="test", id="operator", name="operator", role=Role.OPERATOR)
VIEWER = Actor(surface="test", id="viewer", name="viewer", role=Role.VIEWER)
SUBDOMAIN = "customerinc"
EMAIL = "admin@customer.com"
RAW_REQUEST = {
    "company": "Customer Inc",
    "subdomain": SUBDOMAIN,
    "email": EMAIL,
    "name": "John Doe",
    "region": "eu-west-1",
}
POLICY = Policy(
    domain=DOMAIN,
    dns_target=TARGET,
    admin_user_via="auto",
    verify_advisory=frozenset(),
    allow_free_plan=False,
    monthly_cost=10.0,
    support_url="docs.taskifai.com",
)


@dataclass
class World:
    """Everything outside the product, in which nothing goes wrong by itself, and the door into the product.

    What is asked here is the fakes themselves; what the product sees of them passes the wire.
    """

    policy: Policy = POLICY
    has_archive: bool = True
    has_worker: bool = True
    hosting: FakeHosting | None = None

    def __post_init__(self) -> None:
        self.clock = FakeClock()
        self.wire = Wire(self.clock)
        self.audit_key = Secret(secrets.token_hex(16))
        self.records = FakeRegistry(self.clock, audit_key=self.audit_key)
        self.databases = FakeTenantDatabases()
        self.projects = FakeProjects(self.clock, self.databases)
        self.platform = FakePlatform()
        self.app = FakeApp(self.clock, self.platform, self.projects)
        self.zone = FakeZone(self.clock)
        self.dns = FakeDns(self.clock, self.zone)
        self.mailer = FakeMailer()
        self.hasher = FakeHasher()
        self.archive = FakeArchive()
        self.backups = FakeBackups(self.databases, self.clock)
        self.sealing = FakeSealing()
        self.certificates = FakeCertificates()
        self.caa = FakeCaa()
        self.data_api = FakeDataApi(self.projects)
        self.logs = FakeLogs()
        self.schema = FakeSchemaFolder(real_schema())
        self.trials = FakeSchemaTrials()
        self.vault = FernetVault([new_key()])
        self.ports = build_ports(self)
        self.control = ControlPlane.at(build_desk(self))
        self._add_harbour()

    async def worker_alive(self) -> bool:
        return self.has_worker

    @property
    def project(self) -> MadeProject:
        """The one project that runs made."""
        (project,) = self.tenant_projects()
        return project

    @property
    def database(self) -> FakeTenantDatabase:
        return self.project.database

    def tenant_projects(self) -> list[MadeProject]:
        return [one for one in self.projects.alive.values() if one.name.startswith("TaskifAI - ")]

    def _add_harbour(self) -> None:
        project = self.projects.make("Harbour", password=Secret(secrets.token_hex(8)))
        project.database.table_names = {"users", "upload_batches", "vendor_configs"}
        self.platform.add(HARBOUR, self.projects.url(project.ref))


def build_ports(world: World) -> ProvisionPorts:
    """The ports of the steps over these fakes, with the project's own schema and seeds."""
    wire = world.wire
    return ProvisionPorts(
        registry=WiredRegistry(world.records, wire),
        vault=world.vault,
        projects=wired("projects", world.projects, wire),
        databases=WiredDatabases(world.databases, wire),
        platform=wired("platform", world.platform, wire),
        app=wired("app", world.app, wire),
        dns=wired("dns", world.dns, wire),
        zone=wired("zone", world.zone, wire),
        mailer=wired("mailer", world.mailer, wire),
        hasher=wired("hasher", world.hasher, wire),
        backups=wired("backups", world.backups, wire) if world.has_archive else None,
        schema=wired("schema", world.schema, wire),
        trials=wired("trials", world.trials, wire),
        seeds=real_seeds(),
        policy=world.policy,
    )


def world_with(**policy: Any) -> World:
    """A world whose installation decided something otherwise."""
    return World(replace(POLICY, **policy))


@cache
def real_schema() -> tuple[SchemaFile, ...]:
    return read_schema_files(ROOT / "schema" / "tenant")


@cache
def real_seeds() -> Seeds:
    return read_seeds(ROOT / "seeds")


def build_desk(world: World) -> Desk:
    return Desk(
        registry=world.ports.registry,
        ports=world.ports,
        pipelines=PIPELINES,
        archive=wired("archive", world.archive, world.wire) if world.has_archive else None,
        clock=world.clock,
        defaults=RequestDefaults("eu-west-1", world.ports.seeds.vendor_names),
        worker_alive=world.worker_alive,
        sealing=wired("sealing", world.sealing, world.wire),
        probes=Probes(
            certificates=wired("certificates", world.certificates, world.wire),
            caa=wired("caa", world.caa, world.wire),
            data_api=wired("data_api", world.data_api, world.wire),
            logs=wired("logs", world.logs, world.wire),
            hosting=world.hosting,
        ),
    )
