"""The memory of all stand-ins: one database in the embedded server, so that it outlives the process."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from sandbox.postgres import PostgresServer

DATABASE = "sandbox"


@dataclass(frozen=True)
class State:
    server: PostgresServer
    pool: asyncpg.Pool[asyncpg.Record]

    def dsn(self, database: str, *, user: str | None = None, password: str | None = None) -> str:
        return self.server.dsn(database, user=user, password=password)


def all_scripts() -> list[Path]:
    """Return the tables of every stand-in that keeps some."""
    return sorted(Path(__file__).parent.glob("*/state.sql"))


async def open_state(server: PostgresServer, scripts: Sequence[Path]) -> State:
    """Open the database, made when missing, and bring its tables up to date; every script may run again."""
    await ensure_database(server, DATABASE)
    # No smallest size: the pool would try to keep it up, loudly, while the server is restarting.
    pool = await asyncpg.create_pool(server.dsn(DATABASE), min_size=0, max_size=30, reset=_as_it_is)
    assert pool is not None
    for script in scripts:
        await pool.execute(await asyncio.to_thread(script.read_text, encoding="utf-8"))
    return State(server, pool)


async def _as_it_is(_: object) -> None:
    """Nobody sets anything in a session of this pool, so none is asked to forget it before its next use."""


async def close_state(state: State) -> None:
    """Close all connections, those still at work too."""
    try:
        await asyncio.wait_for(state.pool.close(), 3)
    except TimeoutError:
        state.pool.terminate()


async def ensure_database(server: PostgresServer, name: str) -> None:
    connection = await asyncpg.connect(server.dsn("postgres"))
    try:
        if not await connection.fetchval("select exists (select from pg_database where datname = $1)", name):
            await connection.execute(f'create database "{name}"')
    finally:
        await connection.close()
