"""How fast the audit log is verified and exported, against the floor of hashing its rows and nothing else.

    python3 bench/audit.py [ROWS]

All on the embedded PostgreSQL; the rows are written in bulk, chained as the product chains them.
"""

import asyncio
import gc
import json
import secrets
import sys
import tempfile
import time
from collections.abc import Awaitable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bot.sandbox_settings import sandbox_settings  # noqa: E402
from provisioning.bootstrap import System, open_system, upgrade_database  # noqa: E402
from provisioning.cli.identity import sandbox_actor  # noqa: E402
from provisioning.domain.audit import GENESIS, AuditRow, key_id, row_hash  # noqa: E402
from provisioning.domain.secret import Secret  # noqa: E402
from sandbox.stack import Stack  # noqa: E402

ACTOR = sandbox_actor("operator")
START = datetime(2026, 1, 1, tzinfo=UTC)
DETAILS = {"company": "Customer Inc", "vendors": ["boxnox", "galilu"], "region": "eu-west-1"}


async def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        async with Stack(home) as stack:
            settings = sandbox_settings(stack.document, home)
            await upgrade_database(settings.database_url)
            async with open_system(settings) as system:
                await measure(system, count)


async def measure(system: System, count: int) -> None:
    async with system.registry.transaction() as tx:
        (key,) = (await tx.audit.keys()).values()
    rows = list(chained(count, key))
    await fill(system.pool, rows)
    floor = hashing_alone(rows, key)
    rows.clear()
    gc.freeze()  # as the commands do
    verified = await timed(prove(system))
    exported = await timed(hand_out(system))
    table = Table("what", "seconds", "rows/s", "times the floor")
    for name, seconds in (("hashing alone", floor), ("audit verify", verified), ("audit export", exported)):
        table.add_row(name, f"{seconds:.2f}", f"{count / seconds:,.0f}", f"{seconds / floor:.1f}")
    Console().print(f"{count:,} rows", table)


async def prove(system: System) -> None:
    found = await system.control.audit.verify(ACTOR)
    assert found.ok, found.breaks[:3]


async def hand_out(system: System) -> None:
    async for _ in system.control.audit.export(ACTOR):
        pass


def chained(count: int, key: Secret) -> Iterator[AuditRow]:
    previous, name = GENESIS, key_id(key)
    for seq in range(1, count + 1):
        content: dict[str, Any] = {
            "surface": "slack", "actor_id": "U0OPERATOR1", "actor_name": "ada", "team": "T0TASKIFAI1",
            "action": "provision.requested", "subdomain": f"tenant-{seq % 1000}", "run_id": f"provision-{seq}",
            "request_hash": secrets.token_hex(32), "result": "accepted", "reason": None, "details": DETAILS,
        }  # fmt: skip
        row = AuditRow(
            seq, START + timedelta(seconds=seq), **content, key_id=name, previous_hash=previous, hash=""
        )
        previous = row_hash(row.content(), previous_hash=previous, key=key)
        yield AuditRow(seq, row.at, **content, key_id=name, previous_hash=row.previous_hash, hash=previous)


async def fill(pool: asyncpg.Pool, rows: list[AuditRow]) -> None:
    async with pool.acquire() as connection:
        await connection.set_type_codec(
            "jsonb", encoder=_jsonb, decoder=bytes.decode, schema="pg_catalog", format="binary"
        )
        await connection.copy_records_to_table("audit_log", records=rows, columns=AuditRow._fields)
        await connection.reset_type_codec("jsonb", schema="pg_catalog")


def _jsonb(value: Any) -> bytes:
    return b"\x01" + json.dumps(value).encode()


def hashing_alone(rows: list[AuditRow], key: Secret) -> float:
    began = time.perf_counter()
    for row in rows:
        row_hash(row.content(), previous_hash=row.previous_hash, key=key)
    return time.perf_counter() - began


async def timed(work: Awaitable[None]) -> float:
    began = time.perf_counter()
    await work
    return time.perf_counter() - began


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
