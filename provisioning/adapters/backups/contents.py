"""Reads what a database holds, the same way before the dump and after a restore."""

import json
from collections.abc import Sequence
from importlib import resources

import asyncpg

from provisioning.adapters.catalog.reading import CARRIED, own_schemas, quoted, read_catalog
from provisioning.domain.backup import Column, Contents, ExtensionManifest, SequenceManifest, TableManifest


def script(name: str) -> str:
    return resources.files(__package__).joinpath(f"{name}.sql").read_text(encoding="utf-8")


async def read_contents(connection: asyncpg.Connection, *, like: Contents | None = None) -> Contents:
    """Read everything. `like`: take the sums over the columns that are listed there, in that order."""
    schemas = await own_schemas(connection)
    known = {table.label: table for table in (*like.tables, *like.carried)} if like else {}
    return Contents(
        schemas=tuple(schemas),
        tables=await _tables(connection, schemas, (), known),
        carried=await _tables(connection, (), CARRIED, known),
        sequences=await read_sequences(connection, schemas),
        extensions=tuple(
            ExtensionManifest(row["name"], row["version"], row["schema"], tuple(row["needed_by"]))
            for row in await connection.fetch(script("extensions"), schemas)
        ),
        roles=tuple(row["rolname"] for row in await connection.fetch(script("roles"), schemas, CARRIED)),
        catalog=await read_catalog(connection, schemas),
    )


async def read_sequences(
    connection: asyncpg.Connection, schemas: Sequence[str]
) -> tuple[SequenceManifest, ...]:
    found = await connection.fetch(
        "select format('%I.%I', schemaname, sequencename) as name, increment_by"
        " from pg_catalog.pg_sequences where schemaname = any ($1) order by 1",
        schemas,
    )
    return tuple([await _sequence(connection, row["name"], row["increment_by"]) for row in found])


async def _sequence(connection: asyncpg.Connection, name: str, step: int) -> SequenceManifest:
    # Quoted by PostgreSQL itself.
    row = await connection.fetchrow(f"select last_value, is_called from {name}")  # noqa: S608
    assert row is not None
    following = row["last_value"] + (step if row["is_called"] else 0)
    return SequenceManifest(name, low=following, high=following)


async def _tables(
    connection: asyncpg.Connection,
    schemas: Sequence[str],
    names: Sequence[str],
    known: dict[str, TableManifest],
) -> tuple[TableManifest, ...]:
    rows = await connection.fetch(script("tables"), schemas, names)
    return tuple([await _table(connection, row, known) for row in rows])


async def _table(
    connection: asyncpg.Connection, row: asyncpg.Record, known: dict[str, TableManifest]
) -> TableManifest:
    columns = tuple(Column(**column) for column in json.loads(row["columns"] or "[]"))
    keys = tuple(tuple(key) for key in json.loads(row["keys"] or "[]"))
    wanted = known.get(f"{row['schema']}.{row['name']}")
    there = {column.name for column in columns}
    if wanted is not None and {column.name for column in wanted.columns} <= there:
        columns = wanted.columns
    summed = await connection.fetchrow(
        script("checksum").format(
            table=qualified(row["schema"], row["name"]),
            columns=", ".join(quoted(column.name) for column in columns if not column.generated),
        )
    )
    assert summed is not None
    return TableManifest(row["schema"], row["name"], columns, keys, summed["rows"], summed["checksum"])


def qualified(schema: str, name: str) -> str:
    return f"{quoted(schema)}.{quoted(name)}"
