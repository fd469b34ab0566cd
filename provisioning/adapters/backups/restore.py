"""Fills an empty database from a backup's files: what Supabase would have there, then the carried rows, then the dump."""

import asyncio
import re
import tempfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Final

import asyncpg

from provisioning.adapters.backups.contents import qualified, script
from provisioning.adapters.backups.dump import DUMP, carried_file
from provisioning.adapters.backups.server import Server
from provisioning.adapters.backups.tools import Tools, stream
from provisioning.adapters.catalog.platform import make_platform
from provisioning.adapters.catalog.reading import CARRIED, own_schemas, quoted, settle
from provisioning.adapters.tenant_database.errors import translated
from provisioning.domain.backup import Contents, ExtensionManifest, Manifest, TableManifest
from provisioning.errors import Permanent, Refused

_LEFT_OUT: Final = (" DEFAULT ACL ", " ACL - SCHEMA public ", " COMMENT - SCHEMA public ")
"""Entries of the dump that belong to whoever made the target: its public schema, its default privileges."""

_KNOWS_TRANSACTION_TIMEOUT: Final = 17
_MOST_NAMED: Final = 3
_CHUNK: Final = 1 << 20


class RestoreFailed(Permanent):
    """The backup does not go into this database."""

    code = "restore"


async def refuse_occupied(target: Server) -> None:
    """Raise Refused unless the database has nothing of its own yet."""
    async with target.connect("Connecting to the database to restore into") as connection:
        with translated("Looking whether the database is empty"):
            await settle(connection)
            schemas = await own_schemas(connection)
            rows = await connection.fetch(script("occupants"), schemas)
            found = [row["thing"] for row in rows[:_MOST_NAMED]]
            found += [table for table in CARRIED if await _has_rows(connection, table)]
    if found:
        raise Refused(
            f"The database {target.database} is not empty: it has {', '.join(found)}. Restore into a new one.",
            code="not_empty",
        )


async def restore_files(target: Server, tools: Tools, manifest: Manifest, folder: Path) -> list[str]:
    """Restore everything; return notes about what was left out. Raises RestoreFailed, naming what can't be."""
    contents = manifest.contents
    async with target.connect("Connecting to the database to restore into") as connection:
        with translated("Preparing the database to restore into"):
            await settle(connection)
            major = connection.get_server_version().major
            await make_platform(connection, contents.roles)
            notes = await _make_extensions(connection, contents.extensions)
            for table in sorted(contents.carried, key=lambda table: CARRIED.index(table.label)):
                await _fill_carried(connection, table, folder / carried_file(table))
            schemas = [row["nspname"] for row in await connection.fetch("select nspname from pg_namespace")]
    await _restore_dump(target, tools, folder / DUMP, schemas=schemas, server_major=major)
    async with target.connect("Connecting to the restored database") as connection:
        await settle(connection)
        with translated("Completing the restored database"):
            notes += await _attach(connection, contents)
    return notes


async def _has_rows(connection: asyncpg.Connection, table: str) -> bool:
    there = await connection.fetchval("select to_regclass($1) is not null", table)
    return there and bool(await connection.fetchval(f"select exists (select from {table})"))  # noqa: S608


async def _make_extensions(
    connection: asyncpg.Connection, extensions: Sequence[ExtensionManifest]
) -> list[str]:
    """Install what is offered. One that is not offered, or not to us, is missed only if something needs it."""
    notes, missed = [], []
    for extension in extensions:
        if reason := await _cannot_install(connection, extension):
            said = f"extension {extension.name}: {reason}"
            if extension.needed_by:
                missed.append(f"{said}, and {', '.join(extension.needed_by)} can't be without it")
            else:
                notes.append(f"{said}; nothing in the backup needs it")
    if missed:
        raise RestoreFailed(f"The server lacks what the backup needs. {'; '.join(missed)}.")
    return notes


async def _cannot_install(connection: asyncpg.Connection, extension: ExtensionManifest) -> str | None:
    row = await connection.fetchrow(
        "select installed_version from pg_available_extensions where name = $1", extension.name
    )
    if row is None:
        return "this server does not have it"
    if row["installed_version"] is not None:
        return None
    name, schema = quoted(extension.name), quoted(extension.schema)
    try:
        async with connection.transaction():
            await connection.execute(f"create schema if not exists {schema}")
            await connection.execute(f"create extension {name} schema {schema} cascade")
    except asyncpg.PostgresError as fault:
        return str(fault.args[0])
    return None


async def _fill_carried(connection: asyncpg.Connection, table: TableManifest, file: Path) -> None:
    """Insert a Supabase table's rows, by way of a copy in text: the table here may be of another version."""
    name = qualified(table.schema, table.name)
    if not await connection.fetchval("select to_regclass($1) is not null", name):
        await _make_carried(connection, table)
    columns = await connection.fetch(
        "select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute"
        " where attrelid = to_regclass($1) and attnum > 0 and not attisdropped and attgenerated = ''",
        name,
    )
    known = {column.name for column in table.columns}
    taken = [(quoted(row["name"]), row["type"]) for row in columns if row["name"] in known]
    async with connection.transaction():
        texts = ", ".join(f"{quoted(column.name)} text" for column in table.columns)
        await connection.execute(f"create temporary table staged ({texts}) on commit drop")
        await connection.copy_to_table("staged", schema_name="pg_temp", source=_chunks(file), format="text")
        await connection.execute(
            f"insert into {name} ({', '.join(column for column, _ in taken)})"  # noqa: S608
            f" select {', '.join(f'{column}::{kind}' for column, kind in taken)} from pg_temp.staged"
        )


async def _make_carried(connection: asyncpg.Connection, table: TableManifest) -> None:
    """Make a table with the tenant's columns; a type that is Supabase's own becomes text."""
    parts = []
    for column in table.columns:
        is_known = await connection.fetchval("select to_regtype($1) is not null", column.type)
        parts.append(f"{quoted(column.name)} {column.type if is_known else 'text'}")
    for position, key in enumerate(table.keys):
        kind = "unique" if position else "primary key"
        parts.append(f"{kind} ({', '.join(quoted(column) for column in key)})")
    await connection.execute(f"create table {qualified(table.schema, table.name)} ({', '.join(parts)})")


async def _chunks(file: Path) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(file.open, "rb") as opened:
        while chunk := await asyncio.to_thread(opened.read, _CHUNK):
            yield chunk


async def _restore_dump(
    target: Server, tools: Tools, dump: Path, *, schemas: Sequence[str], server_major: int
) -> None:
    listing = [chunk async for chunk in stream([tools.program("pg_restore"), "--list", str(dump)], {})]
    left_out = (*_LEFT_OUT, *(f" SCHEMA - {schema} " for schema in schemas))
    lines = b"".join(listing).decode().splitlines(keepends=True)
    kept = [line for line in lines if line.startswith(";") or not any(entry in line for entry in left_out)]
    with tempfile.NamedTemporaryFile("w", dir=dump.parent, suffix=".list", encoding="utf-8") as use:
        use.writelines(kept)
        use.flush()
        # A server before 17 does not know one of the settings that newer programs begin with.
        is_older = server_major < _KNOWS_TRANSACTION_TIMEOUT <= tools.major
        command = [
            tools.program("pg_restore"),
            "--no-password",
            "--no-owner",
            *([] if is_older else ["--single-transaction", "--exit-on-error"]),
            f"--use-list={use.name}",
            f"--dbname=dbname={_in_conninfo(target.database)}",
            str(dump),
        ]
        forgiven = ("transaction_timeout", "errors ignored on restore") if is_older else ()
        try:
            async with target.environment() as environment:
                async for _ in stream(command, environment, forgiven=forgiven):
                    pass
        except Permanent as fault:
            raise RestoreFailed(f"The dump can't be restored. {fault.message}") from fault


def _in_conninfo(value: str) -> str:
    return "'" + re.sub(r"(['\\])", r"\\\1", value) + "'"


async def _attach(connection: asyncpg.Connection, contents: Contents) -> list[str]:
    """Put back the tenant's triggers and policies on Supabase's tables, and what realtime publishes.

    Return why one could not be; that it is missing is told by the comparison.
    """
    statements = {
        name: definition
        for kind in ("attached trigger", "attached policy")
        for name, definition in contents.catalog.get(kind, {}).items()
    }
    for name in contents.catalog.get("publication", {}):
        publication, table = name.split(" of ", maxsplit=1)
        statements[name] = f"alter publication {publication} add table {table}"
    notes = []
    for name, statement in statements.items():
        try:
            await connection.execute(statement)
        except (asyncpg.SyntaxOrAccessError, asyncpg.DuplicateObjectError) as fault:
            notes.append(f"{name} can't be put back: {fault.args[0]}")
    return notes
