"""Requests that came already, so that one that is sent again acts once."""

import asyncpg

_KEEP = "1 hour"


class PostgresSeenRequests:
    def __init__(self, connection: asyncpg.pool.PoolConnectionProxy) -> None:
        self._connection = connection

    async def first_time(self, key: str) -> bool:
        await self._connection.execute(f"delete from seen_requests where at < now() - interval '{_KEEP}'")
        added = await self._connection.execute(
            "insert into seen_requests (key) values ($1) on conflict do nothing", key
        )
        return bool(added == "INSERT 0 1")
