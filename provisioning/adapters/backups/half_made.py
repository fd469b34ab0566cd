"""A restore that was cut: known by a mark on the database itself, and cleared, so that it can be made anew.

The mark is the database's comment: no dump and no comparison takes notice of it.
"""

from typing import Final

import asyncpg

from provisioning.adapters.backups.contents import CARRIED, own_schemas, qualified, quoted, script, settle
from provisioning.adapters.backups.server import Server
from provisioning.adapters.tenant_database.errors import translated

_MARK: Final = "tenantbot is restoring "
_SUPABASES: Final = "public"
"""A schema of the tenant's that Supabase made, with its grants: it stays, and only what is in it goes."""

_TAKE_ALONG: Final = frozenset({"table", "foreign table"})
"""Dropped first: their own sequences can't be dropped but with them."""

_AS_TYPE: Final = "composite type"


async def is_half_made(target: Server, folder: str) -> bool:
    """Tell whether a restore of this backup began here and did not end."""
    async with target.connect("Connecting to the database to restore into") as connection:
        comment = await connection.fetchval(
            "select shobj_description(oid, 'pg_database') from pg_catalog.pg_database"
            " where datname = current_database()"
        )
    return bool(comment == f"{_MARK}{folder}")


async def mark_half_made(target: Server, folder: str) -> None:
    await _comment(target, f"{_MARK}{folder}")


async def mark_whole(target: Server) -> None:
    await _comment(target, None)


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


async def _comment(target: Server, text: str | None) -> None:
    value = "null" if text is None else "'" + text.replace("'", "''") + "'"
    async with target.connect("Connecting to the database to restore into") as connection:
        with translated("Marking the database that is restored into"):
            await connection.execute(f"comment on database {quoted(target.database)} is {value}")
