"""How long one provision takes in a warm process, against the floor of the same work done with bare tools.

    python3 bench/provision.py [ROUNDS]

Both are measured in turns, on the same embedded PostgreSQL and stand-ins, with the stand-ins' delays off.
The floor: CREATE DATABASE, the schema by psql, the seeds in one statement, one bcrypt of cost 12, and the same
HTTP checks. Beside it: the whole command, cold, and an idle worker's memory.
"""

import asyncio
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Any

import asyncpg
import bcrypt
import httpx
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bot.sandbox_settings import sandbox_settings  # noqa: E402
from provisioning.bootstrap import System, open_system, upgrade_database  # noqa: E402
from provisioning.cli.follow import run_worker  # noqa: E402
from provisioning.cli.identity import sandbox_actor  # noqa: E402
from provisioning.domain.run import RunState  # noqa: E402
from provisioning.domain.secret import Secret  # noqa: E402
from provisioning.domain.seeds import read_seeds, seed_statement  # noqa: E402
from provisioning.provision.sales_file import sales_file  # noqa: E402
from sandbox.stack import Stack  # noqa: E402

ACTOR = sandbox_actor("operator")
EMAIL = "admin@customer.com"
SHIM = ROOT / "tests" / "integration" / "tenant_schema_shim.sql"


async def main(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        async with Stack(home, project_seconds=0) as stack, _system(stack, home) as system, _worker(system):
            await _provision(system, "warm-up")
            password = await _mailed_password(stack)
            ours: list[float] = []
            floors: list[float] = []
            for number in range(rounds):
                floors.append(await _timed(_floor(system, stack, f"floor_{number}", password)))
                ours.append(await _timed(_provision(system, f"bench-{number}")))
            steps = await _step_seconds(system)
    _print(ours, floors, steps)
    _print_beside(*_cold_and_idle())


async def _provision(system: System, subdomain: str) -> None:
    """From an accepted request to a verified tenant."""
    raw = {"company": "Customer Inc", "subdomain": subdomain, "email": EMAIL, "name": "Ada Admin"}
    started = await system.control.requests.provision(ACTOR, raw)
    while True:
        run, _ = await system.control.views.run(ACTOR, started.run.run_id)
        if run.state not in {RunState.QUEUED, RunState.RUNNING}:
            break
        await asyncio.sleep(0.03)
    if run.state is not RunState.SUCCEEDED:
        raise SystemExit(f"{subdomain} is {run.state}: {run.error}")


async def _floor(system: System, stack: Stack, database: str, password: Secret) -> None:
    """The same effects with bare tools, one after the other, and the same questions over HTTP."""
    server = stack.server
    await _psql(server.bin_dir, server.dsn("postgres"), "-c", f"create database {database}")
    await _psql(server.bin_dir, server.dsn(database), "-1", "-f", str(SHIM))
    for script in sorted((ROOT / "schema" / "tenant").glob("*.sql")):
        await _psql(server.bin_dir, server.dsn(database), "-1", "-f", str(script))
    seeds = read_seeds(ROOT / "seeds")
    tenant = await asyncpg.connect(server.dsn(database))
    await tenant.fetchrow(
        seed_statement(), json.dumps(seeds.vendor_rows()), json.dumps(seeds.reseller_rows())
    )
    hashed = await asyncio.to_thread(bcrypt.hashpw, b"floor", bcrypt.gensalt(12))
    await tenant.execute(
        "insert into users (email, hashed_password, full_name, role) values ($1, $2, 'Ada Admin', 'admin')",
        EMAIL,
        hashed.decode(),
    )
    await tenant.close()
    await _same_http_checks(system, password)


async def _psql(bin_dir: Path, dsn: str, *arguments: str) -> None:
    process = await asyncio.create_subprocess_exec(
        bin_dir / "psql", dsn, "-q", "-v", "ON_ERROR_STOP=1", *arguments,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    if await process.wait():
        raise SystemExit(f"psql refused {arguments}")


async def _same_http_checks(system: System, password: Secret) -> None:
    """Ask `warm-up`, a tenant that is there already, what step 8 asks a new one."""
    app, subdomain = system.ports.app, "warm-up"
    await app.frontend(subdomain)
    await app.health(subdomain)
    answer = await app.login(subdomain, email=EMAIL, password=password)
    assert isinstance(answer.data, dict)
    token = Secret(answer.data["access_token"])
    await app.batches(subdomain, token)
    await app.batches(subdomain, token)
    await app.batches("harbour", token)
    file = sales_file(system.ports.seeds, ["boxnox"])
    assert file is not None
    uploaded = await app.upload(subdomain, token, filename=file[0], content=file[1])
    assert isinstance(uploaded.data, dict)
    batch_id = uploaded.data["batch_id"]
    while "completed" not in (await app.batch(subdomain, token, batch_id)).text:
        await asyncio.sleep(0.01)
    await app.delete_batch(subdomain, token, batch_id)


async def _mailed_password(stack: Stack) -> Secret:
    async with httpx.AsyncClient(trust_env=False) as client:
        text = (await client.get(f"{stack.document.mailbox}/messages")).json()[0]["text"]
    return Secret(text.split("Password: ")[1].split()[0])


async def _timed(work: Coroutine[Any, Any, None]) -> float:
    started = time.perf_counter()
    await work
    return time.perf_counter() - started


async def _step_seconds(system: System) -> list[tuple[str, float]]:
    rows = await system.pool.fetch(
        "select min(title) as title, percentile_cont(0.5) within group"
        " (order by extract(epoch from run_steps.finished_at - run_steps.started_at)) as seconds"
        " from run_steps join runs using (run_id) where kind = 'provision'"
        " group by run_steps.number order by run_steps.number"
    )
    return [(row["title"], row["seconds"]) for row in rows]


@contextlib.asynccontextmanager
async def _system(stack: Stack, home: Path) -> AsyncIterator[System]:
    settings = sandbox_settings(stack.document, home)
    await upgrade_database(settings.database_url)
    async with open_system(settings) as system:
        yield system


@contextlib.asynccontextmanager
async def _worker(system: System) -> AsyncIterator[None]:
    stop, ready = asyncio.Event(), asyncio.Event()
    task = asyncio.create_task(run_worker(system, stop, drain_seconds=5, ready=ready))
    await ready.wait()
    await asyncio.sleep(1.5)  # the engine looks for new queues once a second
    try:
        yield
    finally:
        stop.set()
        await task


def _cold_and_idle() -> tuple[float, float]:
    """One whole command from nothing, and the memory of a worker that has nothing to do."""
    with tempfile.TemporaryDirectory() as home:
        base = [sys.executable, "-m", "bot"]
        wanted = ["--subdomain", "cold", "--company", "Customer Inc", "--email", EMAIL]
        started = time.perf_counter()
        subprocess.run(
            [*base, "provision", *wanted, "--sandbox", "--home", home, "--json"],
            cwd=ROOT,
            check=True,
            capture_output=True,
        )
        cold = time.perf_counter() - started
        worker = subprocess.Popen(
            [*base, "worker", "--sandbox", "--home", home], cwd=ROOT, stderr=subprocess.DEVNULL
        )
        try:
            time.sleep(8)
            idle = (
                int(Path(f"/proc/{worker.pid}/statm").read_text().split()[1])
                * os.sysconf("SC_PAGE_SIZE")
                / 2**20
            )
        finally:
            worker.terminate()
            worker.wait()
    return cold, idle


def _print(ours: list[float], floors: list[float], steps: list[tuple[str, float]]) -> None:
    mine, floor = statistics.median(ours), statistics.median(floors)
    table = Table(title=f"provision, warm, {len(ours)} rounds in turns", title_justify="left")
    for column in ("", "median s", "min s", "max s", "× floor"):
        table.add_column(column, justify="left" if not column else "right")
    for name, times in (("floor, bare tools", floors), ("tenantbot", ours)):
        median = statistics.median(times)
        table.add_row(
            name, f"{median:.3f}", f"{min(times):.3f}", f"{max(times):.3f}", f"{median / floor:.2f}"
        )
    table.add_row("overhead", f"{mine - floor:.3f}", "", "", "")
    for title, seconds in steps:
        table.add_row(f"  {title}", f"{seconds:.3f}", "", "", "")
    Console().print(table)


def _print_beside(cold: float, idle: float) -> None:
    print(f"cold command, from an empty home (its project takes 2 s): {cold:.1f} s")
    print(f"idle worker: {idle:.0f} MB")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10))
