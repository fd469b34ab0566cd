"""What is in a tenant's own database, and a customer's work that adds to it."""

import asyncpg

from tests.e2e.evidence import database_of
from tests.e2e.terminal import Terminal

_UPLOAD = """
    insert into upload_batches (uploader_user_id, original_filename, upload_mode)
    select user_id, 'september.csv', 'append' from users where role = 'admin'
"""
_TABLES = ("users", "vendor_configs", "resellers", "upload_batches")

Rows = dict[str, list[str]]


async def dsn_of(terminal: Terminal, subdomain: str) -> str:
    """The address of the tenant's database as it is now: one that is made anew has another."""
    async with terminal.registry() as registry:
        name = await registry.fetchval("select database_name from tenants where subdomain = $1", subdomain)
    return database_of(terminal, name)


async def use(dsn: str) -> Rows:
    """Work as the customer does; return all that is there then."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(_UPLOAD)
    finally:
        await connection.close()
    return await rows_of(dsn)


async def rows_of(dsn: str) -> Rows:
    connection = await asyncpg.connect(dsn)
    try:
        return {
            table: [
                row[0] for row in await connection.fetch(f"select t::text from public.{table} t order by 1")
            ]
            for table in _TABLES
        }
    finally:
        await connection.close()
