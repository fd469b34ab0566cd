"""Reads a database's catalogue: which schemas are the tenant's own, and every definition in them."""

from collections.abc import Sequence
from importlib import resources
from typing import Final

import asyncpg

SERVICES: Final = (
    "_analytics",
    "_realtime",
    "_supavisor",
    "auth",
    "cron",
    "dbdev",
    "etl",
    "extensions",
    "graphql",
    "graphql_public",
    "net",
    "pgbouncer",
    "pgmq",
    "pgmq_public",
    "pgsodium",
    "pgsodium_masks",
    "pgtle",
    "realtime",
    "repack",
    "storage",
    "supabase_functions",
    "tiger",
    "tiger_data",
    "topology",
    "vault",
)
"""Schemas that Supabase, or an extension's own machinery, fills."""

RESTORING: Final = "tenantbot_restore"
"""A schema of ours that is there while a restore is under way; its comment says of which backup."""

CARRIED: Final = (
    "auth.users",
    "auth.identities",
    "auth.mfa_factors",
    "auth.sso_providers",
    "auth.sso_domains",
    "auth.saml_providers",
    "storage.buckets",
    "storage.objects",
)
"""Tables of Supabase's whose rows are the tenant's, those first that others refer to."""


def script(name: str) -> str:
    return resources.files(__package__).joinpath(f"{name}.sql").read_text(encoding="utf-8")


async def settle(connection: asyncpg.Connection) -> None:
    """Make the session read and write values as every other one of ours does."""
    await connection.execute(script("session"))


async def own_schemas(connection: asyncpg.Connection) -> list[str]:
    return [row["nspname"] for row in await connection.fetch(script("schemas"), (*SERVICES, RESTORING))]


async def read_catalog(connection: asyncpg.Connection, schemas: Sequence[str]) -> dict[str, dict[str, str]]:
    """Every definition in these schemas, by kind and name."""
    found: dict[str, dict[str, str]] = {}
    for row in await connection.fetch(script("catalog"), schemas, CARRIED):
        found.setdefault(row["kind"], {})[row["name"]] = row["definition"]
    return found


_PROVIDED: Final = (
    *("plpgsql", "pgcrypto", "uuid-ossp", "pg_stat_statements", "supabase_vault", "pg_graphql", "pgsodium"),
    *("pg_net", "pgjwt"),
)
"""Extensions that a Supabase project may come with."""


_HISTORY: Final = "supabase_migrations"
"""The list of what was applied; whichever tool made it first, its table looks a little different."""


async def read_print(connection: asyncpg.Connection) -> dict[str, dict[str, str]]:
    """A database's fingerprint. Rolled back, so that the session's settings are its own again afterwards."""
    transaction = connection.transaction(readonly=True)
    await transaction.start()
    try:
        await settle(connection)
        schemas = [name for name in await own_schemas(connection) if name != _HISTORY]
        found = await read_catalog(connection, schemas)
        extensions = await connection.fetch(
            "select extname from pg_catalog.pg_extension where extname <> all ($1)", _PROVIDED
        )
    finally:
        await transaction.rollback()
    return {**found, "extension": {row["extname"]: "" for row in extensions}}


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
