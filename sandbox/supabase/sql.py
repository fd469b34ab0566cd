"""How the stand-in speaks SQL: scripts from files, names and passwords quoted by the server, named locks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeAlias

import asyncpg

Connection: TypeAlias = (
    "asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
)


def read_script(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


async def run_quoted(connection: Connection, statement: str, *values: str) -> None:
    """Run a statement that takes no parameters, with %I and %L filled in by PostgreSQL's own `format`."""
    await connection.execute(
        await connection.fetchval("select format($1, variadic $2::text[])", statement, values)
    )


@asynccontextmanager
async def session_lock(connection: Connection, name: str) -> AsyncIterator[None]:
    """Hold a lock over statements that refuse to run in a transaction, such as CREATE DATABASE."""
    await connection.execute("select pg_advisory_lock(hashtextextended($1, 0))", name)
    try:
        yield
    finally:
        await connection.execute("select pg_advisory_unlock(hashtextextended($1, 0))", name)
