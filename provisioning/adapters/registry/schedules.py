"""Which tick of each schedule was acted on last. The row is the lock: of all who tick, one is told to act."""

from datetime import datetime

import asyncpg

from provisioning.domain.schedule import Tick

_TAKE = """
insert into schedules (name, slot, due_at) values ($1, $2, $3)
on conflict (name) do update set slot = excluded.slot, due_at = excluded.due_at
    where schedules.due_at < excluded.due_at and schedules.slot <> excluded.slot
returning true
"""


class PostgresSchedules:
    def __init__(self, connection: asyncpg.pool.PoolConnectionProxy) -> None:
        self._connection = connection

    async def last_due(self, name: str) -> datetime:
        due: datetime = await self._connection.fetchval("select due_at from schedules where name = $1", name)
        return due

    async def take(self, name: str, tick: Tick) -> bool:
        return bool(await self._connection.fetchval(_TAKE, name, tick.slot, tick.due_at))
