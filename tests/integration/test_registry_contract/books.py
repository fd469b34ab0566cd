"""A registry, in memory or on PostgreSQL, and a look at what no port shows of it."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Protocol

import asyncpg

from provisioning.adapters.fernet_vault import FernetVault, new_key
from provisioning.adapters.registry import PostgresRegistry
from provisioning.adapters.registry.audit_keys import AuditKeys, add_key
from provisioning.adapters.registry.schema import upgrade_registry
from provisioning.domain.secret import Secret
from provisioning.engine.dbos_engine import upgrade_engine_schema
from provisioning.registry import Registry
from sandbox.postgres import PostgresServer
from tests.fakes.clock import FakeClock
from tests.fakes.registry import FakeRegistry

KEY = Secret("fake-audit-key")


class Books(Protocol):
    registry: Registry

    async def audit(self) -> Sequence[Mapping[str, Any]]:
        """Read the audit log, oldest row first."""
        ...

    async def legs(self) -> dict[str, datetime | None]:
        """Read which legs are enqueued, and when each is to start (None: at once)."""
        ...


class FakeBooks:
    def __init__(self) -> None:
        self._fake = FakeRegistry(_RealTime(), audit_key=KEY)
        self.registry: Registry = self._fake

    async def audit(self) -> Sequence[Mapping[str, Any]]:
        return list(self._fake.tables.audit)

    async def legs(self) -> dict[str, datetime | None]:
        return {name: leg["at"] for name, leg in self._fake.tables.legs.items()}


class PostgresBooks:
    def __init__(self, pool: asyncpg.Pool, keys: AuditKeys) -> None:
        self._pool = pool
        self.registry: Registry = PostgresRegistry(pool, audit_keys=keys)

    async def audit(self) -> Sequence[Mapping[str, Any]]:
        rows = await self._pool.fetch("select * from audit_log order by seq")
        return [{**row, "at": row["at"].isoformat(), "details": json.loads(row["details"])} for row in rows]

    async def legs(self) -> dict[str, datetime | None]:
        rows = await self._pool.fetch(
            "select workflow_uuid, delay_until_epoch_ms as delay from engine.workflow_status"
        )
        return {
            row["workflow_uuid"]: None
            if row["delay"] is None
            else datetime.fromtimestamp(row["delay"] / 1000, UTC)
            for row in rows
        }


async def make_template(server: PostgresServer) -> str:
    """Make a database with the registry's and the engine's tables, to copy from."""
    name = f"registry_{secrets.token_hex(4)}"
    await _on(server, f"create database {name}")
    connection = await asyncpg.connect(server.dsn(name))
    await upgrade_registry(
        connection, upgrade_engine=lambda: asyncio.to_thread(upgrade_engine_schema, server.dsn(name))
    )
    await connection.close()
    return name


@asynccontextmanager
async def postgres_books(server: PostgresServer, template: str) -> AsyncIterator[PostgresBooks]:
    async with open_copy(server, template) as pool:
        yield PostgresBooks(pool, await keys_with(pool, KEY))


@asynccontextmanager
async def open_copy(server: PostgresServer, template: str) -> AsyncIterator[asyncpg.Pool]:
    """Open a database of one's own, with nothing in it yet."""
    name = f"{template}_{secrets.token_hex(4)}"
    await _on(server, f"create database {name} template {template}")
    async with asyncpg.create_pool(server.dsn(name), min_size=1, max_size=4) as pool:
        yield pool
    await _on(server, f"drop database {name} with (force)")


class _RealTime(FakeClock):
    """Passes by itself, as PostgreSQL's does."""

    def now(self) -> datetime:
        return datetime.now(UTC)


async def keys_with(pool: asyncpg.Pool, key: Secret) -> AuditKeys:
    vault = FernetVault([new_key()])
    async with pool.acquire() as connection:
        await add_key(connection, vault, key)
    return await AuditKeys.open(pool, vault, vault_keys=())


async def _on(server: PostgresServer, sql: str) -> None:
    connection = await asyncpg.connect(server.dsn("postgres"))
    await connection.execute(sql)
    await connection.close()
