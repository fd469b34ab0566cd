"""A project's database and its one login role; on the real service both would be a cluster of their own.

The role is what Supabase's `postgres` is to a customer. Memberships that would reach into the databases of
other projects here (pg_read_all_data, replication) are left out: a project sees nothing of its neighbours.
"""

from dataclasses import dataclass

from sandbox.supabase.sql import Connection, run_quoted
from sandbox.supabase.template import TEMPLATE


@dataclass(frozen=True)
class Database:
    name: str
    user: str


def database_of(ref: str) -> Database:
    return Database(name=f"p_{ref}", user=f"postgres.{ref}")


async def create_database(connection: Connection, database: Database, password: str) -> None:
    """Make the role and the database; the template must be there."""
    await run_quoted(
        connection,
        "create role %I login nosuperuser createdb createrole bypassrls password %L",
        database.user,
        password,
    )
    await run_quoted(connection, "grant anon, authenticated, service_role to %I", database.user)
    await run_quoted(
        connection, 'alter role %I set search_path to "$user", public, extensions', database.user
    )
    await run_quoted(
        connection, "create database %I template %I owner %I", database.name, TEMPLATE, database.user
    )
    await run_quoted(connection, "revoke all on database %I from public", database.name)
    await run_quoted(connection, "grant connect on database %I to authenticator", database.name)


async def drop_database(connection: Connection, database: Database) -> None:
    """Drop the role and every database it owns, those it made itself too; nothing there is no error."""
    owned = await connection.fetch(
        "select datname from pg_database join pg_roles on pg_roles.oid = datdba where rolname = $1",
        database.user,
    )
    for row in owned:
        await run_quoted(connection, "drop database if exists %I with (force)", row["datname"])
    await run_quoted(connection, "drop role if exists %I", database.user)


async def allow_login(connection: Connection, database: Database, *, allowed: bool) -> None:
    """Let the owner in, or keep it out and end what it has open: the pooler of a paused project knows nobody."""
    await run_quoted(connection, f"alter role %I {'login' if allowed else 'nologin'}", database.user)
    if not allowed:
        await connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = $1", database.user
        )


async def change_password(connection: Connection, database: Database, password: str) -> None:
    await run_quoted(connection, "alter role %I password %L", database.user, password)
