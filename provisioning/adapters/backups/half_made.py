"""A restore that was cut: known by a mark in the database itself, and cleared, so that it can be made anew.

The mark is an empty schema of ours: no dump and no comparison takes notice of it.
"""

from typing import Final

import asyncpg

from provisioning.adapters.backups.contents import qualified, script
from provisioning.adapters.backups.server import Server
from provisioning.adapters.catalog.reading import CARRIED, RESTORING, own_schemas, quoted, settle
from provisioning.adapters.tenant_database.errors import translated

_SUPABASES: Final = "public"
"""A schema of the tenant's that Supabase made, with its grants: it stays, and only what is in it goes."""

_TAKE_ALONG: Final = frozenset({"table", "foreign table"})
"""Dropped first: their own sequences can't be dropped but with them."""

_AS_TYPE: Final = "composite type"


async def is_half_made(target: Server, folder: str) -> bool:
    """Tell whether a restore of this backup began here and did not end."""
    async with target.connect("Connecting to the database to restore into") as connection:
        mark = await connection.fetchval(
            "select obj_description(to_regnamespace($1)::oid, 'pg_namespace')", RESTORING
        )
    return bool(mark == folder)


async def mark_half_made(target: Server, folder: str) -> None:
    text = folder.replace("'", "''")
    await _execute(
        target, f"create schema if not exists {RESTORING}; comment on schema {RESTORING} is '{text}'"
    )


async def mark_whole(target: Server) -> None:
    await _execute(target, f"drop schema if exists {RESTORING}")


async def clear(target: Server) -> None:
    """Drop all that stands in the tenant's own schemas, and empty Supabase's tables of the tenant's rows."""
    async with target.connect("Connecting to the database to clear") as connection:
        with translated("Clearing what a restore has left half-made"):
            await settle(connection)
            async with connection.transaction():
                for schema in await own_schemas(connection):
                    if schema != _SUPABASES:
                        await connection.execute(f"drop schema if exists {quoted(schema)} cascade")
                found = await connection.fetch(script("occupants"), [_SUPABASES])
                for row in sorted(found, key=lambda row: row["kind"] not in _TAKE_ALONG):
                    kind = "type" if row["kind"] == _AS_TYPE else row["kind"]
                    await connection.execute(f"drop {kind} if exists {row['identity']} cascade")
                for table in reversed(CARRIED):
                    await _empty(connection, table)


async def _empty(connection: asyncpg.Connection, table: str) -> None:
    if await connection.fetchval("select to_regclass($1) is not null", table):
        # One of our own constants.
        await connection.execute(f"delete from {qualified(*table.split('.'))}")  # noqa: S608


async def _execute(target: Server, statements: str) -> None:
    async with target.connect("Connecting to the database to restore into") as connection:
        with translated("Marking the database that is restored into"):
            await connection.execute(statements)
