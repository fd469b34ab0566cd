"""How fast the registry answers with 100 000 tenants and all their runs in it, against a look-up by primary key.

    python3 bench/scale.py [TENANTS] [ROUNDS]

All on the embedded PostgreSQL, filled in bulk; each question is asked as surfaces ask it, in a transaction of its own.
"""

import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bot.sandbox_settings import sandbox_settings  # noqa: E402
from provisioning.bootstrap import System, open_system, upgrade_database  # noqa: E402
from provisioning.cli.identity import sandbox_actor  # noqa: E402
from provisioning.domain.run import RunId, RunState  # noqa: E402
from provisioning.domain.tenant import TenantState  # noqa: E402
from sandbox.stack import Stack  # noqa: E402

ACTOR: Final = sandbox_actor("operator")
FILL: Final = (ROOT / "bench" / "fill_registry.sql").read_text(encoding="utf-8")
OPEN: Final = [state for state in RunState if state.is_open]

Question = Callable[[], Awaitable[Any]]


async def main(count: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        async with Stack(home) as stack:
            settings = sandbox_settings(stack.document, home)
            await upgrade_database(settings.database_url)
            async with open_system(settings) as system:
                began = time.perf_counter()
                async with system.pool.acquire() as connection:
                    await connection.execute(FILL.format(count=count), timeout=3600)
                    await connection.execute("vacuum analyze", timeout=3600)  # as autovacuum does in time
                Console().print(f"{count:,} tenants filled in {time.perf_counter() - began:.0f} s")
                await measure(questions(system, count), rounds)
                await pour(system)


def questions(system: System, count: int) -> Mapping[str, Question]:
    views, control = system.control.views, system.control
    pages = -(-count // 50)

    def somebody() -> str:
        return f"tenant-{random.randrange(1, count)}"

    async def row_by_key() -> object:
        async with system.registry.transaction() as tx:
            return await tx.runs.find(RunId(f"provision-{somebody()}-0"))

    return {
        "one run by its key (the floor)": row_by_key,
        "status of one": lambda: views.status(ACTOR, somebody()),
        "its history": lambda: views.events(ACTOR, RunId(f"provision-{somebody()}-0")),
        "list, first page": lambda: views.list(ACTOR),
        "list, any page": lambda: views.list(ACTOR, page=random.randrange(1, pages)),
        "search for one name": lambda: views.list(ACTOR, text=somebody()),
        "search for what none has": lambda: views.list(ACTOR, text="zzzqq"),
        "search for what a sixth has": lambda: views.list(ACTOR, text="acme"),
        "search for what all have": lambda: views.list(ACTOR, text="example"),
        "list of one state": lambda: views.list(ACTOR, states=[TenantState.SUSPENDED]),
        "list of one state, any page": lambda: views.list(
            ACTOR, states=[TenantState.VERIFIED], page=random.randrange(1, pages * 9 // 10)
        ),
        "search in one state": lambda: views.list(ACTOR, text="acme", states=[TenantState.SUSPENDED]),
        "search in one state for one name": lambda: views.list(
            ACTOR, text=somebody(), states=[TenantState.VERIFIED]
        ),
        "search in tombstones": lambda: views.list(ACTOR, text="zzzqq", states=[TenantState.DELETED]),
        "the fleet in numbers": lambda: views.fleet(ACTOR),
        "runs, newest": lambda: views.runs(ACTOR),
        "runs, open": lambda: views.runs(ACTOR, states=OPEN),
        "pending approvals": lambda: control.approvals.list(ACTOR),
        "audit of one": lambda: control.audit.show(ACTOR, subdomain=somebody()),
        "audit of all": lambda: control.audit.show(ACTOR),
        "what threads are to be told": lambda: control.reports.open("slack"),
    }


async def measure(asked: Mapping[str, Question], rounds: int) -> None:
    table = Table("what", "p50 ms", "p99 ms", "times the floor")
    floor = 0.0
    for name, question in asked.items():
        taken = sorted([await timed(question) for _ in range(rounds)])
        middle, late = statistics.median(taken), taken[min(rounds - 1, int(rounds * 0.99))]
        floor = floor or middle
        table.add_row(name, f"{middle:.2f}", f"{late:.2f}", f"{middle / floor:.1f}")
    Console().print(table)


async def timed(question: Question) -> float:
    began = time.perf_counter()
    await question()
    return (time.perf_counter() - began) * 1000


async def pour(system: System) -> None:
    began, number = time.perf_counter(), 0
    async for _ in system.control.views.every(ACTOR):
        number += 1
    Console().print(f"list --all: {number:,} tenants in {time.perf_counter() - began:.1f} s, in portions")


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    asyncio.run(main(*(given + [100_000, 300][len(given) :])))
