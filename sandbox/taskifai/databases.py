"""The way into a tenant's own database, which only the service key of its project opens."""

import asyncio
import re
from collections import defaultdict
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
_IDLE_SECONDS = 1.0
"""So short that nothing holds on to a database for long, and one visitor's requests connect once."""


class Databases:
    """Connections by database, each used by one request at a time."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._idle: dict[str, list[asyncpg.Connection[asyncpg.Record]]] = defaultdict(list)

    @asynccontextmanager
    async def open(self, tenant: Tenant) -> AsyncIterator[Connection]:
        """Asked for each time: whether the key fits is never remembered."""
        name = await _find_database(self._state, tenant)
        connection = self._take(name) or await self._connect(name)
        try:
            yield connection
        except Refusal:
            self._keep(name, connection)
            raise
        except BaseException:
            connection.terminate()  # nobody knows what it is in the middle of
            raise
        self._keep(name, connection)

    def close(self) -> None:
        for idle in self._idle.values():
            while idle:
                idle.pop().terminate()

    async def _connect(self, name: str) -> "asyncpg.Connection[asyncpg.Record]":
        try:
            return await asyncpg.connect(self._state.dsn(name), server_settings=_ROLE, statement_cache_size=0)
        except (OSError, asyncpg.PostgresError) as error:
            raise Refusal(503, "tenant database does not answer") from error

    def _take(self, name: str) -> "asyncpg.Connection[asyncpg.Record] | None":
        while idle := self._idle.get(name):
            connection = idle.pop()
            if not connection.is_closed():
                return connection
        return None

    def _keep(self, name: str, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        self._idle[name].append(connection)
        asyncio.get_running_loop().call_later(_IDLE_SECONDS, self._drop, name, connection)

    def _drop(self, name: str, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        """Only if nobody has taken it since; whoever has will keep it anew."""
        if connection in self._idle[name]:
            self._idle[name].remove(connection)
            connection.terminate()
        if not self._idle[name]:
            del self._idle[name]


async def _find_database(state: State, tenant: Tenant) -> str:
    project = _PROJECT_URL.fullmatch(tenant.database_url)
    row = await state.pool.fetchrow(_FIND, project[1], tenant.database_service_key) if project else None
    if row is None:
        raise Refusal(503, "tenant database not found")
    if not row["key_fits"]:
        raise Refusal(503, "tenant database refused the key")
    name: str = row["database_name"]
    return name
