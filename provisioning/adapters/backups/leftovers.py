"""What a tenant may have that a backup of its database can't hold: named before anything is dumped."""

from typing import Final

import asyncpg

from provisioning.adapters.backups.contents import script

ALWAYS: Final = "Edge Functions and the project's settings are kept outside the database."

_BLOCKING: Final = (
    (
        "storage.objects",
        "select 'Storage objects: ' || count(*) || ' in bucket ' || bucket_id from storage.objects group by bucket_id",
    ),
    (
        "vault.secrets",
        "select 'Vault secret: ' || coalesce(name, id::text) from vault.secrets order by name",
    ),
    (
        "cron.job",
        "select 'scheduled job: ' || coalesce(jobname, jobid::text) from cron.job order by jobid",
    ),
    (
        "pgmq.meta",
        "select 'message queue: ' || queue_name from pgmq.meta order by queue_name",
    ),
    (
        "pg_catalog.pg_largeobject_metadata",
        "select 'large objects: ' || count(*) from pg_catalog.pg_largeobject_metadata having count(*) > 0",
    ),
)
"""A table that may be there, and one sentence for each thing in it."""


async def find_leftovers(connection: asyncpg.Connection) -> list[str]:
    """Name everything that would be lost with the project although there is a backup."""
    found: list[str] = []
    for table, query in _BLOCKING:
        if await connection.fetchval("select to_regclass($1) is not null", table):
            found.extend(row[0] for row in await connection.fetch(query))
    found.extend(
        f"login role with a password of its own: {row['rolname']}"
        for row in await connection.fetch(script("login_roles"))
    )
    return found


async def find_notes(connection: asyncpg.Connection) -> list[str]:
    """Name what is not restored but can be set again without the tenant's data."""
    settings = await connection.fetch(
        "select split_part(setting, '=', 1) as name from pg_catalog.pg_db_role_setting, unnest(setconfig) as setting"
        " where setrole = 0 and setdatabase = (select oid from pg_catalog.pg_database where datname = current_database())"
        " order by 1"
    )
    foreign = await connection.fetch(
        "select oid::regclass::text as name from pg_catalog.pg_class where relkind = 'f'"
    )
    return [
        ALWAYS,
        *(f"Setting of the database: {row['name']}" for row in settings),
        *(f"Rows behind the foreign table {row['name']} are elsewhere." for row in foreign),
    ]
