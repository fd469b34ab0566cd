"""Applies the base schema, and keeps the list of what was applied where the Supabase CLI keeps it.

So `supabase migration list` and the project's dashboard show the same versions as we do.
"""

from collections.abc import Sequence
from importlib import resources

import asyncpg

from provisioning.adapters.tenant_database.errors import from_server
from provisioning.domain.schema_files import SchemaFile
from provisioning.domain.statements import Statement, Unreadable, split
from provisioning.errors import Permanent, TenantbotError

_LOCK = 0x7461736B69666169
"""The advisory lock that lets one session at a time apply a schema: "taskifai" in ASCII."""


async def apply_files(
    connection: asyncpg.Connection, files: Sequence[SchemaFile], *, lock_seconds: float | None = None
) -> list[str]:
    """Apply the files that are not recorded yet, all or none of them; return their versions.

    With `lock_seconds`, statement by statement, so that the one which fails or waits in vain can be named.
    """
    async with connection.transaction():
        if lock_seconds is not None:
            await connection.execute(f"set local lock_timeout = {int(lock_seconds * 1000)}")
        await connection.execute("select pg_advisory_xact_lock($1)", _LOCK)
        await connection.execute(_versions_table())
        known = {row["version"] for row in await connection.fetch(_VERSIONS)}
        missing = [file for file in files if file.version not in known]
        for file in missing:
            await _apply(connection, file, _parts(file) if lock_seconds is not None else [_whole(file)])
    return [file.version for file in missing]


async def applied_version(connection: asyncpg.Connection) -> str | None:
    """Read the highest version, or None if nothing was ever applied."""
    try:
        version: str | None = await connection.fetchval(
            "select max(version) from supabase_migrations.schema_migrations"
        )
    except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):
        return None
    return version


async def applied_versions(connection: asyncpg.Connection) -> list[str]:
    """Read all versions, oldest first; none if nothing was ever applied."""
    try:
        return [row["version"] for row in await connection.fetch(f"{_VERSIONS} order by version")]
    except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):
        return []


_VERSIONS = "select version from supabase_migrations.schema_migrations"


def _versions_table() -> str:
    return resources.files(__package__).joinpath("schema_migrations.sql").read_text(encoding="utf-8")


def _whole(file: SchemaFile) -> Statement:
    return Statement(file.sql, 1, ())


def _parts(file: SchemaFile) -> Sequence[Statement]:
    try:
        return split(file.sql)
    except Unreadable:
        return [_whole(file)]


async def _apply(connection: asyncpg.Connection, file: SchemaFile, parts: Sequence[Statement]) -> None:
    for part in parts:
        try:
            await connection.execute(part.text)
        except asyncpg.PostgresError as fault:
            raise _in_file(fault, file, part) from fault
    if not connection.is_in_transaction():
        raise Permanent(
            f"{_file_name(file)} ends the transaction it is applied in; take its begin and commit out.",
            code="schema",
        )
    await connection.execute(
        "insert into supabase_migrations.schema_migrations (version, name, statements) values ($1, $2, $3)",
        file.version,
        file.name,
        [file.sql],
    )


def _in_file(fault: asyncpg.PostgresError, file: SchemaFile, part: Statement) -> TenantbotError:
    place = f"{_file_name(file)}{_line(fault, part)}"
    statement = f" in `{part.brief}`" if part.words else ""
    error = from_server(fault, f"{place}{statement}")
    if not isinstance(error, Permanent):
        return error
    return Permanent(f"{place}: {fault.args[0]}{statement}", code="schema")


def _line(fault: asyncpg.PostgresError, part: Statement) -> str:
    position = getattr(fault, "position", None)
    if position:
        return f", line {part.line + part.text.count(chr(10), 0, int(position) - 1)}"
    return f", line {part.line}" if part.words else ""


def _file_name(file: SchemaFile) -> str:
    return f"{file.version}_{file.name}.sql"
