"""The way into a tenant's own database, which only the service key of its project opens."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from sandbox.state import State
from sandbox.taskifai.refusals import Refusal
from sandbox.taskifai.sql import Connection, read_script
from sandbox.taskifai.tenants import Tenant

_PROJECT_URL = re.compile(r"https://([a-z]{20})\.supabase\.co/?")
_FIND = read_script("find_database.sql")
# What a secret key makes of its bearer: past every row policy, but bound to what is granted.
_ROLE = {"role": "service_role"}


@asynccontextmanager
async def open_database(state: State, tenant: Tenant) -> AsyncIterator[Connection]:
    """Connect anew each time, so that nothing holds on to a database that is dropped or restarted meanwhile."""
    name = await _find_database(state, tenant)
    try:
        connection = await asyncpg.connect(state.dsn(name), server_settings=_ROLE)
    except (OSError, asyncpg.PostgresError) as error:
        raise Refusal(503, "tenant database does not answer") from error
    try:
        yield connection
    finally:
        await connection.close()


async def _find_database(state: State, tenant: Tenant) -> str:
    project = _PROJECT_URL.fullmatch(tenant.database_url)
    row = await state.pool.fetchrow(_FIND, project[1], tenant.database_service_key) if project else None
    if row is None:
        raise Refusal(503, "tenant database not found")
    if not row["key_fits"]:
        raise Refusal(503, "tenant database refused the key")
    name: str = row["database_name"]
    return name
