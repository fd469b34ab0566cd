"""A database like a fresh Supabase project's: how the tests of the base schema make one and act in it."""

import asyncio
import json
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import asyncpg

from provisioning.domain.schema_files import read_schema_files
from sandbox.postgres import PostgresServer

SCHEMA_FOLDER = Path(__file__).parents[2] / "schema" / "tenant"
SCHEMA = "".join(file.sql for file in read_schema_files(SCHEMA_FOLDER))
SHIM = Path(__file__).with_name("tenant_schema_shim.sql").read_text(encoding="utf-8")

OWNED = (
    "upload_batches",
    "error_reports",
    "sellout_entries2",
    "ecommerce_orders",
    "conversation_history",
    "dashboard_configs",
    "email_logs",
)
"""The tables whose rows belong to a user."""

# The guide's own statements (14.3, steps 3 and 6), but for the hash, which the guide makes with pgcrypto.
GUIDE_VENDOR = """
    insert into vendor_configs (vendor_name, config_data, is_active)
    values ('boxnox', '{"currency": "EUR", "header_row": 0}'::jsonb, true)
"""
GUIDE_RESELLERS = """
    insert into resellers (name, country)
    values ('Galilu', 'Poland'), ('Boxnox', 'Europe'), ('Skins SA', 'South Africa')
    on conflict (name) do nothing
"""
GUIDE_USER = """
    insert into users (email, hashed_password, full_name, role)
    values ('admin@customer.com', '$2b$12$not-a-hash', 'John Doe', 'admin')
"""

_ROWS_OF_A_USER = (
    """insert into sellout_entries2 (user_id, functional_name, reseller, sales_eur, quantity, month, year)
       values ($1, 'Oil', 'Galilu', 9.5, 1, 3, 2026)""",
    """insert into ecommerce_orders (user_id, functional_name, sales_eur, quantity, order_date)
       values ($1, 'Oil', 12, 1, '2026-03-05')""",
    """insert into conversation_history (user_id, user_message, ai_response)
       values ($1, 'hi', 'hello')""",
    """insert into dashboard_configs (user_id, dashboard_name, dashboard_type, dashboard_url)
       values ($1, 'Sales', 'looker', 'https://dash.test')""",
    """insert into email_logs (user_id, email_type, recipient_email, subject)
       values ($1, 'success', 'a@customer.com', 'done')""",
)


@dataclass(frozen=True)
class Database:
    """A database of one test, and the server it is on."""

    server: PostgresServer
    name: str

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[asyncpg.Connection]:
        """Connect as the project's owner, with nothing of the superuser left."""
        async with self.connect_as_api() as connection:
            await connection.execute("set session authorization tenant_owner")
            yield connection

    @asynccontextmanager
    async def connect_as_api(self) -> AsyncIterator[asyncpg.Connection]:
        """Connect as the API does: able to become any of its roles."""
        connection = await asyncpg.connect(self.server.dsn(self.name))
        try:
            yield connection
        finally:
            await connection.close()

    async def as_superuser(self, sql: str) -> None:
        async with self.connect_as_api() as connection:
            await connection.execute(sql)

    async def run(self, program: str, *arguments: str) -> str:
        """Run one of PostgreSQL's own programs against this database, as its owner."""
        process = await asyncio.create_subprocess_exec(
            self.server.bin_dir / program,
            f"--dbname={self.server.dsn(self.name)}",
            *arguments,
            env={**os.environ, "PGOPTIONS": "-c role=tenant_owner -c client_min_messages=warning"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        assert process.returncode == 0, err.decode()
        return out.decode()

    async def catalog(self) -> str:
        """Return all that the schema is made of, as pg_dump writes it down."""
        dump = await self.run("pg_dump", "--schema-only", "--schema=public", "--role=tenant_owner")
        # pg_dump guards its output with a random word, in a line at each end.
        guards = ("\\restrict ", "\\unrestrict ")
        return "".join(line for line in dump.splitlines(keepends=True) if not line.startswith(guards))


@asynccontextmanager
async def fresh_project(server: PostgresServer) -> AsyncIterator[Database]:
    """Make a database without any table of ours, and drop it afterwards."""
    database = Database(server, f"tenant_schema_{secrets.token_hex(4)}")
    main = Database(server, "postgres")
    await main.as_superuser(f"create database {database.name}")
    await database.as_superuser(SHIM)
    yield database
    await main.as_superuser(f"drop database {database.name} with (force)")


async def apply_by_asyncpg(database: Database) -> None:
    async with database.connect() as connection:
        await connection.execute(SCHEMA)


@asynccontextmanager
async def acting_as(
    connection: asyncpg.Connection, role: str, user: UUID | None = None
) -> AsyncIterator[None]:
    """Act as one of the API's roles, as the API does it, and take back all that was done."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        claims = json.dumps({"sub": str(user), "role": role}) if user else ""
        await connection.execute("select set_config('request.jwt.claims', $1, true)", claims)
        await connection.execute(f"set local role {role}")
        yield
    finally:
        await transaction.rollback()


async def add_user(connection: asyncpg.Connection, name: str = "one") -> UUID:
    user: UUID = await connection.fetchval(
        "insert into users (email, hashed_password, full_name) values ($1, 'x', 'X') returning user_id",
        f"{name}@customer.com",
    )
    return user


async def add_rows_of(connection: asyncpg.Connection, user: UUID) -> UUID:
    """Give a user one row in every table whose rows belong to a user; return the batch."""
    batch: UUID = await connection.fetchval(
        "insert into upload_batches (uploader_user_id, original_filename, upload_mode)"
        " values ($1, 'sales.xlsx', 'append') returning upload_batch_id",
        user,
    )
    await connection.execute("insert into error_reports values (default, $1, 1, 'ean', 'too short')", batch)
    for statement in _ROWS_OF_A_USER:
        await connection.execute(statement, user)
    return batch


async def count(connection: asyncpg.Connection, relation: str) -> int:
    number: int = await connection.fetchval(f"select count(*) from {relation}")
    return number
