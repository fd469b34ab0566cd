"""The audit log: appending under an explicit sequence and a keyed hash, and reading it from either end."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import asyncpg

from provisioning.adapters.registry.audit_keys import AuditKeys, hold_chain
from provisioning.domain.actor import Actor
from provisioning.domain.audit import GENESIS, AuditRow, Head, key_id, row_hash
from provisioning.domain.secret import Secret
from provisioning.registry import AuditEntry

_COLUMNS: Final = (
    "seq, at, surface, actor_id, actor_name, team, action, subdomain, run_id, request_hash, "
    "result, reason, details, key_id, previous_hash, hash"
)
_APPEND: Final = f"""
insert into audit_log ({_COLUMNS})
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
"""
_FROM_THE_START: Final = f"select {_COLUMNS} from audit_log where seq > $1 order by seq limit $2"
_ABOUT: Final = "from audit_log where ($1::text is null or subdomain = $1)"
_NEWEST: Final = f"select {_COLUMNS} {_ABOUT} and ($2::bigint is null or seq < $2) order by seq desc limit $3"


class PostgresAuditLog:
    def __init__(self, connection: asyncpg.pool.PoolConnectionProxy, keys: AuditKeys) -> None:
        self._connection = connection
        self._keys = keys

    async def append(self, actor: Actor, entry: AuditEntry) -> None:
        await hold_chain(self._connection)
        head = await self.head()
        seq, previous = (head.seq + 1, head.hash) if head else (1, GENESIS)
        at = datetime.now(UTC)
        row: dict[str, Any] = {
            "seq": seq,
            "at": at.isoformat(),
            "surface": actor.surface,
            "actor_id": actor.id,
            "actor_name": actor.name,
            "team": actor.team,
            "action": entry.action,
            "subdomain": entry.subdomain,
            "run_id": entry.run_id,
            "request_hash": entry.request_hash,
            "result": entry.result,
            "reason": entry.reason,
            "details": dict(entry.details),
        }
        values = {**row, "at": at, "details": json.dumps(row["details"])}
        key = self._keys.current
        await self._connection.execute(
            _APPEND, *values.values(), key_id(key), previous, row_hash(row, previous_hash=previous, key=key)
        )

    async def head(self) -> Head | None:
        row = await self._connection.fetchrow(
            "select seq, hash, at, key_id from audit_log order by seq desc limit 1"
        )
        return Head(**row) if row else None

    async def rows(self, *, after: int, limit: int) -> Sequence[AuditRow]:
        return [_row(row) for row in await self._connection.fetch(_FROM_THE_START, after, limit)]

    async def newest(
        self, *, subdomain: str | None, before: int | None, limit: int
    ) -> tuple[Sequence[AuditRow], int]:
        rows = await self._connection.fetch(_NEWEST, subdomain, before, limit)
        return [_row(row) for row in rows], await self._count(subdomain)

    async def _count(self, subdomain: str | None) -> int:
        """Rows are numbered from 1 without a gap, so the head's number tells how many there are."""
        if subdomain is None:
            head = await self.head()
            return head.seq if head else 0
        number: int = await self._connection.fetchval(f"select count(*) {_ABOUT}", subdomain)
        return number

    async def keys(self) -> Mapping[str, Secret]:
        return await self._keys.all(self._connection)


def _row(row: asyncpg.Record) -> AuditRow:
    values = list(row)
    values[_DETAILS] = json.loads(values[_DETAILS])
    return AuditRow._make(values)


_DETAILS: Final = _COLUMNS.split(", ").index("details")
