"""How long a schema change of 200 tenants takes, and a look at their drift, against the same statements by bare connections.

    python3 bench/fleet.py [TENANTS]

Real databases on the embedded PostgreSQL, the run executed by a worker of this process, rings and all.
"""

import asyncio
import contextlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path
from typing import Final

import asyncpg
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bot.sandbox_settings import sandbox_settings  # noqa: E402
from provisioning.adapters.catalog.platform import make_platform  # noqa: E402
from provisioning.bootstrap import System, open_system, upgrade_database  # noqa: E402
from provisioning.cli.follow import run_worker  # noqa: E402
from provisioning.cli.identity import sandbox_actor  # noqa: E402
from provisioning.control_plane.requests import Started  # noqa: E402
from provisioning.domain.project import DatabaseAddress, Project, ProjectRef  # noqa: E402
from provisioning.domain.request import ProvisionRequest  # noqa: E402
from provisioning.domain.run import RunState  # noqa: E402
from provisioning.domain.secret import Secret  # noqa: E402
from provisioning.domain.tenant import TenantState  # noqa: E402
from sandbox.postgres import PostgresServer  # noqa: E402
from sandbox.stack import Stack  # noqa: E402

ACTOR: Final = sandbox_actor("operator")
AT_ONCE: Final = 8
FILE: Final = "20270101000001_bench.sql"
CHANGE: Final = """
create table public.bench_notes (note_id bigint generated always as identity primary key, body text not null);
alter table public.bench_notes enable row level security;
grant select, insert on public.bench_notes to service_role;
alter table public.products add column bench_note bigint references public.bench_notes;
create index products_bench_note on public.products (bench_note);
"""


async def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        shutil.copytree(ROOT / "schema" / "tenant", home / "schema" / "tenant")
        async with Stack(home) as stack, _system(stack, home) as system, _worker(system):
            names = await _make(system, stack.server, count)
            floors = await _make_databases(stack.server, [f"floor_{index}" for index in range(count)])
            (home / "schema" / "tenant" / FILE).write_text(CHANGE)
            floor = await _timed(_bare(stack.server, floors))
            upgrade = await _timed(_upgrade(system))
            drift = await _timed(_drift(system, len(names)))
    table = Table("what", "seconds", "a tenant, ms", "times the floor")
    for what, seconds in (
        ("the statements alone", floor),
        ("fleet upgrade", upgrade),
        ("fleet drift", drift),
    ):
        table.add_row(what, f"{seconds:.1f}", f"{seconds / count * 1000:.0f}", f"{seconds / floor:.1f}")
    Console().print(f"{count} tenants", table)


@contextlib.asynccontextmanager
async def _system(stack: Stack, home: Path) -> AsyncIterator[System]:
    settings = sandbox_settings(stack.document, home)
    await upgrade_database(settings.database_url)
    async with open_system(settings) as system:
        yield system


@contextlib.asynccontextmanager
async def _worker(system: System) -> AsyncIterator[None]:
    stop, ready = asyncio.Event(), asyncio.Event()
    worker = asyncio.create_task(run_worker(system, stop, drain_seconds=0, ready=ready))
    await ready.wait()
    try:
        yield
    finally:
        stop.set()
        await worker


async def _make(system: System, server: PostgresServer, count: int) -> list[str]:
    """Tenants at the base schema, as a provisioning leaves them, without a project."""
    names = [f"bench-{index}" for index in range(count)]
    databases = await _make_databases(server, [name.replace("-", "_") for name in names])
    version = (await system.ports.schema.files())[-1].version
    for name, database in zip(names, databases, strict=True):
        password = system.ports.vault.seal(Secret(server.password), subdomain=name, field="project_password")
        address = DatabaseAddress(server.host, server.port, server.user, database)
        project = Project(
            ProjectRef(name),
            name,
            "eu-west-1",
            f"https://{name}.invalid",
            address,
            password,
            password,
            password,
        )
        request = ProvisionRequest(name, name, "admin@customer.com", "Ada Admin", "eu-west-1", ("boxnox",))
        async with system.registry.transaction() as tx:
            await tx.tenants.reserve(request)
            await tx.tenants.store_project_intent(name, name=name, password=password)
            await tx.tenants.store_project(name, project, sealed_url=password)
            await tx.tenants.record(name, platform_tenant_id=None)
            await tx.tenants.set_state(name, TenantState.VERIFIED, verdict="verified")
            await tx.tenants.store_schema_version(name, version, size_bytes=1)
    return names


async def _make_databases(server: PostgresServer, names: list[str]) -> list[str]:
    """All are copies of the first one, which has the base schema and its version."""
    template = "bench_template"
    administrator = await asyncpg.connect(server.dsn("postgres"))
    if not await administrator.fetchval(
        "select exists (select from pg_database where datname = $1)", template
    ):
        await administrator.execute(f"create database {template}")
        connection = await asyncpg.connect(server.dsn(template))
        await make_platform(connection)
        for path in sorted((ROOT / "schema" / "tenant").glob("*.sql")):
            await connection.execute(path.read_text(encoding="utf-8"))
            await connection.execute(
                "create schema supabase_migrations; create table supabase_migrations.schema_migrations"
                " (version text primary key, statements text[], name text);"
                f"insert into supabase_migrations.schema_migrations (version) values ('{path.name[:14]}')"
            )
        await connection.close()
    for name in names:
        await administrator.execute(f"create database {name} template {template}")
    await administrator.execute("checkpoint")  # else whoever makes or drops a database next waits for it
    await administrator.close()
    return names


async def _bare(server: PostgresServer, databases: list[str]) -> None:
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(database: str) -> None:
        async with slots:
            connection = await asyncpg.connect(server.dsn(database))
            async with connection.transaction():
                await connection.execute(CHANGE)
            await connection.close()

    await asyncio.gather(*(one(database) for database in databases))


async def _upgrade(system: System) -> None:
    started = await system.control.upgrades.request(ACTOR, reason="a bench")
    assert isinstance(started, Started)
    run = started.run
    while run.state in {RunState.QUEUED, RunState.RUNNING}:
        await asyncio.sleep(0.05)
        run, _ = await system.control.views.run(ACTOR, run.run_id)
    if run.state is not RunState.SUCCEEDED:
        raise SystemExit(f"{run.run_id} is {run.state}: {run.error}")
    Console().print("; ".join(f"{step.title}: {step.detail} in {step.seconds} s" for step in run.steps))


async def _drift(system: System, count: int) -> None:
    found = [one async for one in system.control.fleet.drift(ACTOR)]
    clean = sum(one.ok for one in found)
    assert clean == count, next(one for one in found if not one.ok)


async def _timed(work: Awaitable[None]) -> float:
    began = time.perf_counter()
    await work
    return time.perf_counter() - began


if __name__ == "__main__":
    os.environ.pop("TENANTBOT_HOME", None)
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
