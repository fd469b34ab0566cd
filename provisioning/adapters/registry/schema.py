"""The registry's own schema: which version it has, and bringing it up to date (`tenantbot db upgrade`)."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import asyncpg

from provisioning.domain.schema_files import SchemaFile, read_schema_files
from provisioning.engine.names import ENGINE_VERSION
from provisioning.errors import Refused

_AnyConnection = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy

FOLDER = Path(__file__).resolve().parents[3] / "schema" / "registry"

_LOCK = 0x7E4A_0002
_PAUSE = 0.2
_VERSIONS = """
create table if not exists registry_versions (
    version text primary key, name text not null, applied_at timestamptz not null default now())
"""


async def upgrade_registry(
    connection: asyncpg.Connection, *, upgrade_engine: Callable[[], Awaitable[None]]
) -> Sequence[str]:
    """Apply what is missing, the engine's tables too; return the versions. Safe to run from several processes at once."""
    missing = await missing_versions(connection)
    if not missing:
        return []
    # Not by waiting in the server: the engine builds indexes concurrently, and those wait for every open statement.
    while not await connection.fetchval("select pg_try_advisory_lock($1)", _LOCK):  # noqa: ASYNC110
        await asyncio.sleep(_PAUSE)
    try:
        missing = await missing_versions(connection)
        async with connection.transaction():
            await connection.execute(_VERSIONS)
            for file in await _files():
                if file.version in missing:
                    await connection.execute(file.sql)
                    await _record(connection, file.version, file.name)
        if ENGINE_VERSION in missing:
            await upgrade_engine()
            await _record(connection, ENGINE_VERSION, "tables of the engine")
    finally:
        await connection.execute("select pg_advisory_unlock($1)", _LOCK)
    return missing


async def require_current_registry(pool: asyncpg.Pool) -> None:
    """Raise Refused while the database lacks a version that this code needs."""
    async with pool.acquire() as connection:
        missing = await missing_versions(connection)
    if missing:
        raise Refused(
            f"The registry's database is not up to date (it lacks {', '.join(missing)}); run `tenantbot db upgrade`.",
            code="old_schema",
        )


async def missing_versions(connection: _AnyConnection) -> Sequence[str]:
    """Name the versions that this code needs and the database does not have."""
    needed = [*(file.version for file in await _files()), ENGINE_VERSION]
    if not await connection.fetchval("select to_regclass('registry_versions') is not null"):
        return needed
    applied = {row["version"] for row in await connection.fetch("select version from registry_versions")}
    return [version for version in needed if version not in applied]


async def _files() -> Sequence[SchemaFile]:
    return await asyncio.to_thread(read_schema_files, FOLDER)


async def _record(connection: asyncpg.Connection, version: str, name: str) -> None:
    await connection.execute("insert into registry_versions (version, name) values ($1, $2)", version, name)
