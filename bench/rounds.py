"""How long a round over 1 000 tenants takes, against asking each for its front page and nothing else.

    python3 bench/rounds.py [TENANTS] [PARALLEL]

In a sandbox as `tenantbot sandbox` starts it. One tenant is provisioned; the others are copies of it, each with a
database, a project, a row of ours and one of the platform's own. What they share is the login of their databases.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import asyncpg
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bot.sandbox_settings import open_sandbox  # noqa: E402
from provisioning.bootstrap import System, open_system  # noqa: E402
from provisioning.cli.follow import follow  # noqa: E402
from provisioning.cli.identity import sandbox_actor  # noqa: E402
from provisioning.domain.run import Run  # noqa: E402

ACTOR = sandbox_actor("operator")
MODEL = "model"
COPY = (ROOT / "bench" / "copy_tenant.sql").read_text(encoding="utf-8")


async def main(count: int, parallel: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with open_sandbox(Path(folder)) as found:
            settings = found.model_copy(update={"verify_parallel": parallel})
            async with open_system(settings) as system:
                await provision(system)
                began = time.perf_counter()
                names = await copy(system, count - 1)
                Console().print(f"{count:,} tenants, made in {time.perf_counter() - began:.0f} s")
                floor = await front_pages(system, [MODEL, *names], parallel)
                show(await go_round(system), floor, count)


async def provision(system: System) -> None:
    raw = {"company": "Model Inc", "subdomain": MODEL, "email": "admin@model.example", "name": "Ada Model"}
    started = await system.control.requests.provision(ACTOR, raw)
    run = await follow(system, ACTOR, started.run.run_id, _quietly)
    assert run.verdict == "verified", run


async def copy(system: System, count: int) -> Sequence[str]:
    names = [f"tenant-{number}" for number in range(count)]
    async with system.registry.transaction() as tx:
        stored = await tx.tenants.secrets(MODEL)
    assert stored.password is not None
    assert stored.address is not None
    vault = system.ports.vault
    password = vault.open(stored.password, subdomain=MODEL, field="project_password")
    server = system.settings.database_url.reveal().rpartition("/")[0]
    stand_ins = await asyncpg.connect(f"{server}/sandbox")
    try:
        for name in names:
            ref = await stand_ins.fetchval(
                "select string_agg(chr(97 + floor(random() * 26)::int), '') from generate_series(1, 20)"
            )
            await stand_ins.execute(
                f'create database "p_{ref}" template "{stored.address.database}" owner "{stored.address.user}"'
            )
            await open_once(f"{server}/p_{ref}")
            tenant_id: UUID = await stand_ins.fetchval(COPY, MODEL, name, ref)
            sealed = vault.seal(password, subdomain=name, field="project_password")
            await system.pool.execute(
                "insert into tenants (tenant_id, company_name, subdomain, admin_email, admin_name, region, state, is_active,"
                " verdict, project_ref, project_name, project_password, database_host, database_port, database_user,"
                " database_name, platform_tenant_id)"
                " select $1, company_name, $2, admin_email, admin_name, region, state, is_active, verdict, $3, $2, $4,"
                " database_host, database_port, database_user, 'p_' || $3, $6 from tenants where subdomain = $5",
                tenant_id, name, ref, sealed, MODEL, str(tenant_id),
            )  # fmt: skip
    finally:
        await stand_ins.close()
    return names


async def open_once(dsn: str) -> None:
    """As provisioning has: what PostgreSQL makes for itself at the first visit is not the round's to wait for."""
    connection = await asyncpg.connect(dsn)
    await connection.close()


async def front_pages(system: System, names: Sequence[str], parallel: int) -> float:
    slots = asyncio.Semaphore(parallel)

    async def ask(name: str) -> None:
        async with slots:
            answer = await system.ports.app.frontend(name)
        assert answer.is_success, answer

    began = time.perf_counter()
    await asyncio.gather(*(ask(name) for name in names))
    return time.perf_counter() - began


async def go_round(system: System) -> Run:
    started = await system.control.rounds.start(ACTOR)
    return await follow(system, ACTOR, started.run.run_id, _quietly)


def show(run: Run, floor: float, count: int) -> None:
    assert run.finished_at is not None, run
    table = Table("what", "seconds", "tenants/s", "times the floor", "came to")
    rows = [("front pages alone (the floor)", floor, "")]
    rows += [(step.title, step.seconds or 0.0, step.detail or "") for step in run.steps]
    rows.append(("the whole round", (run.finished_at - run.created_at).total_seconds(), run.state.value))
    for name, seconds, detail in rows:
        table.add_row(
            name, f"{seconds:.1f}", f"{count / max(seconds, 1e-9):,.0f}", f"{seconds / floor:.1f}", detail
        )
    Console().print(table)


def _quietly(_: Run) -> None:
    """Nobody watches."""


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    asyncio.run(main(*(given + [1000, 24][len(given) :])))
