"""Takes a backup: manifest and dump of one moment, streamed into the archive.

The session that reads the manifest exports its snapshot, and pg_dump reads in the same one: it must stay a session,
so the address is the session pooler's (or the database's own), never the transaction pooler's.
"""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import asyncpg

from provisioning.adapters.backups.archive import BackupArchive
from provisioning.adapters.backups.contents import qualified, read_contents, read_sequences
from provisioning.adapters.backups.leftovers import find_leftovers, find_notes
from provisioning.adapters.backups.server import Server
from provisioning.adapters.backups.tools import Tools, stream
from provisioning.adapters.catalog.reading import quoted, settle
from provisioning.adapters.tenant_database.errors import translated
from provisioning.domain.backup import Contents, Manifest, SequenceManifest, StoredFile, TableManifest
from provisioning.errors import Permanent

DUMP: Final = "database.dump"


async def take_backup(
    archive: BackupArchive,
    source: Server,
    tools: Tools,
    *,
    folder: str,
    subdomain: str,
    project_ref: str,
    run_id: str,
    now: datetime,
) -> Manifest:
    """Store every file but the manifest. Raises Permanent that names all that a backup can't hold."""
    async with source.connect("Connecting to the tenant database") as connection:
        with translated("Reading the tenant database"):
            await settle(connection)
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                await _refuse_leftovers(connection, subdomain)
                snapshot: str = await connection.fetchval("select pg_export_snapshot()")
                contents = await read_contents(connection)
                files = {
                    carried_file(table): await archive.put(
                        f"{folder}/{carried_file(table)}", copy_out(connection, table)
                    )
                    for table in contents.carried
                }
                files[DUMP] = await _dump(archive, source, tools, contents, snapshot, f"{folder}/{DUMP}")
                notes = await find_notes(connection)
            later = await read_sequences(connection, contents.schemas)
    return Manifest(
        subdomain=subdomain,
        project_ref=project_ref,
        run_id=run_id,
        taken_at=now.isoformat(),
        server_version=connection.get_settings().server_version,
        pg_dump_version=tools.version,
        contents=replace(contents, sequences=_between(contents.sequences, later)),
        files=files,
        not_in_dump=tuple(notes),
    )


def carried_file(table: TableManifest) -> str:
    return f"{table.label}.copy"


async def _refuse_leftovers(connection: asyncpg.Connection, subdomain: str) -> None:
    if found := await find_leftovers(connection):
        raise Permanent(
            f"A backup of {subdomain} would lose what no dump of its database holds: {'; '.join(found)}. "
            "Export and remove each of them, then try again.",
            code="not_in_dump",
        )


async def _dump(
    archive: BackupArchive, source: Server, tools: Tools, contents: Contents, snapshot: str, path: str
) -> StoredFile:
    command = [
        tools.program("pg_dump"),
        "--format=custom",
        "--no-password",
        "--quote-all-identifiers",
        "--lock-wait-timeout=60s",
        f"--snapshot={snapshot}",
        *(f"--schema={quoted(schema)}" for schema in contents.schemas),
    ]
    async with source.environment() as environment:
        return await archive.put(path, stream(command, environment))


async def copy_out(connection: asyncpg.Connection, table: TableManifest) -> AsyncGenerator[bytes, None]:
    """Give the rows of a table in COPY's text format, at the pace at which they are taken."""
    columns = ", ".join(quoted(column.name) for column in table.columns)
    query = f"select {columns} from only {qualified(table.schema, table.name)}"  # noqa: S608
    queue: asyncio.Queue[bytes | None] = asyncio.Queue(2)

    async def produce() -> None:
        await connection.copy_from_query(query, output=queue.put, format="text")
        await queue.put(None)

    producing = asyncio.ensure_future(produce())
    try:
        while (chunk := await _next_or_fault(queue, producing)) is not None:
            yield chunk
        await producing
    finally:
        producing.cancel()
        await asyncio.wait({producing})


async def _next_or_fault(queue: asyncio.Queue[bytes | None], producing: asyncio.Future[None]) -> bytes | None:
    getting = asyncio.ensure_future(queue.get())
    try:
        tasks: set[asyncio.Future[Any]] = {getting, producing}
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if not getting.done():
            producing.result()
        return await getting
    finally:
        getting.cancel()


def _between(
    before: tuple[SequenceManifest, ...], after: tuple[SequenceManifest, ...]
) -> tuple[SequenceManifest, ...]:
    """Widen each sequence's value to the span that the dump may have caught it in."""
    later = {one.name: one for one in (*before, *after)}
    return tuple(
        SequenceManifest(one.name, min(one.low, later[one.name].low), max(one.high, later[one.name].high))
        for one in before
    )
