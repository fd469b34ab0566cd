"""A schema change of real databases: in rings, stopped and gone on with, drift before and after, backups where due."""

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import asyncpg
import pytest

from provisioning.adapters.backups import BackupArchive, PostgresBackups
from provisioning.adapters.catalog.platform import make_platform
from provisioning.adapters.schema_trials import PostgresSchemaTrials
from provisioning.adapters.tenant_database import PostgresTenantDatabases
from provisioning.control_plane import ControlPlane
from provisioning.control_plane.requests import Started
from provisioning.domain.approval import Approval
from provisioning.domain.project import DatabaseAddress, ProjectRef
from provisioning.domain.run import Run, RunState
from provisioning.domain.schema_files import SchemaFile
from provisioning.domain.secret import Secret
from provisioning.errors import Refused, Transient
from sandbox.postgres import PostgresServer
from tests.fakes.worker import FakeWorker
from tests.fakes.world import OPERATOR, VIEWER, World, build_desk
from tests.unit.test_fleet.fleet import APPROVER, BASE, register

NAMES = tuple(f"tenant-{letter}" for letter in "abcde")
NOTES = SchemaFile(
    "20261125000001",
    "notes",
    "-- Products get notes.\ncreate table public.notes (id int primary key);\n"
    "alter table public.products add column note text;\n",
)
GONE = SchemaFile("20261126000001", "no_notes", "alter table public.products drop column note;")


@dataclass
class Site:
    """Five tenants with databases of their own on one server."""

    world: World
    worker: FakeWorker
    server: PostgresServer
    databases: dict[str, str]

    async def execute(self, name: str, sql: str) -> None:
        connection = await self.connect(name)
        try:
            await connection.execute(sql)
        finally:
            await connection.close()

    def address(self, name: str) -> DatabaseAddress:
        return DatabaseAddress(self.server.host, self.server.port, self.server.user, self.databases[name])

    async def connect(self, name: str) -> asyncpg.Connection:
        return await asyncpg.connect(self.server.dsn(self.databases[name]))

    async def versions(self, name: str) -> list[str]:
        connection = await self.connect(name)
        try:
            rows = await connection.fetch(
                "select version from supabase_migrations.schema_migrations order by version"
            )
        finally:
            await connection.close()
        return [row["version"] for row in rows]

    async def at(self, version: str) -> set[str]:
        return {name for name in NAMES if (await self.versions(name))[-1] == version}

    async def drift(self) -> dict[str, tuple[str, ...]]:
        return {
            one.subdomain: one.findings
            async for one in self.world.control.fleet.drift(OPERATOR)
            if not one.ok
        }

    async def upgrade(self, *, first: str | None = None) -> Run:
        started = await self.world.control.upgrades.request(OPERATOR, reason="notes", first=first)
        assert isinstance(started, Started)
        return await self.worker.finish(started.run.run_id)


@pytest.fixture
async def site(postgres_server: PostgresServer, tmp_path: Path) -> AsyncIterator[Site]:
    server, world = postgres_server, World()
    proofs = Secret(server.dsn("postgres"))
    world.ports = replace(
        world.ports,
        databases=PostgresTenantDatabases(),
        trials=PostgresSchemaTrials(proofs),
        backups=PostgresBackups(BackupArchive(tmp_path.as_uri()), proof_server=proofs, clock=world.clock),
    )
    world.control = ControlPlane.at(build_desk(world))
    made = {name: f"fleet_{secrets.token_hex(6)}" for name in NAMES}
    site = Site(world, FakeWorker(world), server, made)
    administrator = await asyncpg.connect(server.dsn("postgres"))
    try:
        await _make_template(site, administrator, made[NAMES[0]])
        for name in NAMES[1:]:
            await administrator.execute(f"create database {made[name]} template {made[NAMES[0]]}")
        for name in NAMES:
            await register(
                world, name, site.address(name), Secret(server.password), ref=ProjectRef(f"ref-{name}")
            )
        world.schema.now.append(NOTES)
        yield site
    finally:
        for database in made.values():
            await administrator.execute(f"drop database if exists {database} with (force)")
        await administrator.close()


async def _make_template(site: Site, administrator: asyncpg.Connection, database: str) -> None:
    """The first tenant, of which the others are copies."""
    await administrator.execute(f"create database {database}")
    connection = await asyncpg.connect(site.server.dsn(database))
    await make_platform(connection)
    await connection.close()
    async with PostgresTenantDatabases().open(site.address(NAMES[0]), Secret(site.server.password)) as tenant:
        await tenant.apply_schema(site.world.schema.now)


async def test_a_fleet_is_upgraded_with_one_broken_then_mended_and_one_pinned(site: Site) -> None:
    await site.execute("tenant-d", "alter table public.products add column note text")
    assert await site.drift() == {"tenant-d": (f"products.note text: not in version {BASE}",)}
    await site.world.control.fleet.pin(OPERATOR, "tenant-e", reason="their report reads it")

    run = await site.upgrade(first="tenant-a")

    assert run.state is RunState.WAITING
    assert run.error is not None
    assert (
        'tenant-d: 20261125000001_notes.sql, line 3: column "note" of relation "products" already exists in '
        "`alter table public.products add column note text`." in run.error.message
    )
    assert "tenant-a" in await site.at(NOTES.version)
    connection = await site.connect("tenant-d")
    assert await connection.fetchval("select to_regclass('public.notes')") is None  # all of it or nothing
    await connection.close()

    await site.execute("tenant-d", "alter table public.products drop column note")
    run = await site.worker.retry(run.run_id)

    assert run.state is RunState.SUCCEEDED
    assert await site.at(NOTES.version) == {*NAMES} - {"tenant-e"}
    assert await site.versions("tenant-a") == [BASE, NOTES.version]
    assert await site.drift() == {}
    status = await site.world.control.fleet.status(VIEWER)
    assert [(one.version, one.tenants, one.pinned) for one in status.versions] == [
        (BASE, 1, 1),
        (NOTES.version, 4, 0),
    ]


async def test_what_drops_a_column_takes_a_second_person_and_a_proved_backup(site: Site) -> None:
    await site.upgrade()
    await site.execute("tenant-c", "insert into public.resellers (name) values ('Galilu')")
    site.world.schema.now.append(GONE)
    for name in ("tenant-a", "tenant-b", "tenant-d"):
        await site.world.control.fleet.pin(OPERATOR, name, reason="only two take part")

    asked = await site.world.control.upgrades.request(OPERATOR, reason="nobody reads them")
    assert isinstance(asked, Approval)
    with pytest.raises(Refused, match="needs an approver"):
        await site.world.control.approvals.approve(OPERATOR, asked.approval_id)
    assert await site.at(GONE.version) == set()

    decided = await site.world.control.approvals.approve(APPROVER, asked.approval_id)
    assert decided.run_id is not None
    run = await site.worker.finish(decided.run_id)

    assert run.state is RunState.SUCCEEDED
    assert await site.at(GONE.version) == {"tenant-c", "tenant-e"}
    assert site.world.ports.backups is not None
    kept = await site.world.ports.backups.list("backups")
    assert {path.split("/")[1].rsplit("-", 1)[0] for path in kept} == {"tenant-c", "tenant-e"}


async def test_a_lock_that_somebody_keeps_is_named_and_nothing_is_changed(site: Site) -> None:
    holder = await site.connect("tenant-a")
    transaction = holder.transaction()
    await transaction.start()
    await holder.execute("lock table public.products in access share mode")
    tenants = PostgresTenantDatabases()
    try:
        async with tenants.open(site.address("tenant-a"), Secret(site.server.password)) as tenant:
            with pytest.raises(
                Transient, match=r"notes\.sql, line 3 in `alter table public\.products"
            ) as locked:
                await tenant.apply_schema(site.world.schema.now, lock_seconds=0.1)
    finally:
        await transaction.rollback()
        await holder.close()

    assert locked.value.code == "locked"
    assert await site.at(BASE) == {*NAMES}
