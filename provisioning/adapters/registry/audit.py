"""Appending to the audit log: explicit sequence, keyed hash over the row and its predecessor."""

import json
from datetime import UTC, datetime
from typing import Any

import asyncpg

from provisioning.domain.actor import Actor
from provisioning.domain.audit import GENESIS, key_id, row_hash
from provisioning.domain.secret import Secret
from provisioning.registry import AuditEntry

_LOCK = 0x7E4A_0001
"""Transaction advisory lock: the chain has one end, so appends go one after the other."""

_APPEND = """
insert into audit_log (seq, at, surface, actor_id, actor_name, team, action, subdomain, run_id, request_hash,
                       result, reason, details, key_id, previous_hash, hash)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
"""


class PostgresAuditLog:
    def __init__(self, connection: asyncpg.pool.PoolConnectionProxy, key: Secret) -> None:
        self._connection = connection
        self._key = key

    async def append(self, actor: Actor, entry: AuditEntry) -> None:
        await self._connection.execute("select pg_advisory_xact_lock($1)", _LOCK)
        last = await self._connection.fetchrow("select seq, hash from audit_log order by seq desc limit 1")
        seq, previous = (last["seq"] + 1, last["hash"]) if last else (1, GENESIS)
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
        await self._connection.execute(
            _APPEND,
            *values.values(),
            key_id(self._key),
            previous,
            row_hash(row, previous_hash=previous, key=self._key),
        )
