"""The engine forgets what has ended, its payloads too, and nothing else."""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

from provisioning.adapters.fernet_vault import new_key
from provisioning.domain.run import RunId
from provisioning.engine.dbos_engine import Engine
from sandbox.postgres import PostgresServer
from tests.integration.test_registry_contract.books import KEY, PostgresBooks, keys_with, open_copy

NOW = datetime.now(UTC)
OLD, NEW = NOW - timedelta(days=40), NOW - timedelta(days=3)
FAR = NOW + timedelta(days=300)
PAYLOADS = ("workflow_input", "workflow_output", "operation_outputs")


class NoRunner:
    async def run_leg(self, run_id: RunId, leg: int, checkpoint: Any) -> str:
        raise AssertionError(f"{run_id} {leg} was executed ({checkpoint})")


async def enqueue(
    books: PostgresBooks, pool: asyncpg.Pool, name: str, status: str, ended: datetime | None
) -> None:
    """A leg that starts in the far future, so that nobody executes it, made to look as if it were at another point."""
    async with books.registry.transaction() as tx:
        await tx.legs.enqueue(RunId(name), 1, at=FAR)
    await pool.execute(
        "update engine.workflow_status set status = $2, completed_at = $3, created_at = $4, executor_id = 'gone'"
        " where workflow_uuid = $1",
        name, status, ended and int(ended.timestamp() * 1000), int(OLD.timestamp() * 1000),
    )  # fmt: skip


async def names(pool: asyncpg.Pool, table: str = "workflow_status") -> list[str]:
    rows = await pool.fetch(f"select distinct workflow_uuid from engine.{table} order by 1")
    return [row["workflow_uuid"] for row in rows]


async def test_only_what_ended_before_is_forgotten(postgres_server: PostgresServer, template: str) -> None:
    async with open_copy(postgres_server, template) as pool:
        books = PostgresBooks(pool, await keys_with(pool, KEY))
        dsn = postgres_server.dsn(await pool.fetchval("select current_database()"))
        for name, status, ended in (
            ("old-success", "SUCCESS", OLD),
            ("old-error", "ERROR", OLD),
            ("new-success", "SUCCESS", NEW),
            ("old-pending", "PENDING", None),
            ("old-delayed", "DELAYED", None),
        ):
            await enqueue(books, pool, name, status, ended)
        payloads_before = {table: await names(pool, table) for table in PAYLOADS}
        engine = Engine(dsn, [new_key()])
        await engine.launch("test-retention", NoRunner())
        try:
            forgotten = await engine.forget_ended(NOW - timedelta(days=30))
            again = await engine.forget_ended(NOW - timedelta(days=30))
        finally:
            await engine.stop(drain_seconds=0)

        assert (forgotten, again) == (2, 0)
        assert await names(pool) == ["new-success", "old-delayed", "old-pending"]
        gone = {"old-success", "old-error"}
        assert {table: set(await names(pool, table)) for table in PAYLOADS} == {
            table: set(there) - gone for table, there in payloads_before.items()
        }
