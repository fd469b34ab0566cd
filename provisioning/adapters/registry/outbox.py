"""Rows that make a message go out once per (tenant, template, version)."""

from uuid import UUID

import asyncpg

from provisioning.registry import OutboxRow

_COLUMNS = "template, version, recipient, message_id, state"


class PostgresOutbox:
    def __init__(self, connection: asyncpg.pool.PoolConnectionProxy) -> None:
        self._connection = connection

    async def ensure(
        self, tenant_id: UUID, *, template: str, version: int, recipient: str, message_id: str
    ) -> OutboxRow:
        await self._connection.execute(
            "insert into outbox (tenant_id, template, version, recipient, message_id) values ($1, $2, $3, $4, $5)"
            " on conflict (tenant_id, template, version) do nothing",
            tenant_id, template, version, recipient, message_id,
        )  # fmt: skip
        row = await self._connection.fetchrow(
            f"select {_COLUMNS} from outbox where (tenant_id, template, version) = ($1, $2, $3)",
            tenant_id, template, version,
        )  # fmt: skip
        assert row is not None
        return OutboxRow(**row)

    async def latest(self, tenant_id: UUID, *, template: str) -> OutboxRow | None:
        row = await self._connection.fetchrow(
            f"select {_COLUMNS} from outbox where tenant_id = $1 and template = $2 order by version desc limit 1",
            tenant_id, template,
        )  # fmt: skip
        return OutboxRow(**row) if row else None

    async def mark(self, message_id: str, state: str) -> None:
        await self._connection.execute(
            "update outbox set state = $2, sent_at = case when $2 = 'sent' then now() else sent_at end"
            " where message_id = $1",
            message_id, state,
        )  # fmt: skip
