"""What is only ever added to: the engine's inbox, the outbox, the audit log."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from provisioning.domain.actor import Actor
from provisioning.domain.audit import GENESIS, AuditRow, Head, key_id, row_hash
from provisioning.domain.run import RunId
from provisioning.domain.secret import Secret
from provisioning.engine.names import leg_id
from provisioning.ports import Clock
from provisioning.registry import AuditEntry, OutboxRow
from tests.fakes.registry.tables import Row, Tables


class FakeLegs:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def enqueue(self, run_id: RunId, leg: int, *, at: datetime | None = None) -> None:
        self._tables.legs.setdefault(leg_id(run_id, leg), {"run_id": run_id, "leg": leg, "at": at})


class FakeOutbox:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def ensure(
        self, tenant_id: UUID, *, template: str, version: int, recipient: str, message_id: str
    ) -> OutboxRow:
        row: Row = {
            "template": template,
            "version": version,
            "recipient": recipient,
            "message_id": message_id,
            "state": "pending",
        }
        return _outbox_row(self._tables.outbox.setdefault((tenant_id, template, version), row))

    async def latest(self, tenant_id: UUID, *, template: str) -> OutboxRow | None:
        versions = [key for key in self._tables.outbox if key[:2] == (tenant_id, template)]
        return _outbox_row(self._tables.outbox[max(versions)]) if versions else None

    async def mark(self, message_id: str, state: str) -> None:
        for key, row in self._tables.outbox.items():
            if row["message_id"] == message_id:
                self._tables.outbox[key] = {**row, "state": state}


class FakeAuditLog:
    def __init__(self, tables: Tables, clock: Clock, key: Secret) -> None:
        self._tables = tables
        self._clock = clock
        self._key = key

    async def append(self, actor: Actor, entry: AuditEntry) -> None:
        log = self._tables.audit
        previous = log[-1]["hash"] if log else GENESIS
        row = {
            "seq": len(log) + 1,
            "at": self._clock.now().isoformat(),
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
        chained = row_hash(row, previous_hash=previous, key=self._key)
        log.append({**row, "key_id": key_id(self._key), "previous_hash": previous, "hash": chained})

    async def head(self) -> Head | None:
        return Head.of(_audit_row(self._tables.audit[-1])) if self._tables.audit else None

    async def rows(self, *, after: int, limit: int) -> Sequence[AuditRow]:
        return [_audit_row(row) for row in self._tables.audit if row["seq"] > after][:limit]

    async def newest(
        self, *, subdomain: str | None, before: int | None, limit: int
    ) -> tuple[Sequence[AuditRow], int]:
        about = [row for row in reversed(self._tables.audit) if subdomain in {None, row["subdomain"]}]
        found = [_audit_row(row) for row in about if before is None or row["seq"] < before]
        return found[:limit], len(about)

    async def keys(self) -> Mapping[str, Secret]:
        return {key_id(self._key): self._key}


def _audit_row(row: Row) -> AuditRow:
    return AuditRow(**{**row, "at": datetime.fromisoformat(row["at"])})


def _outbox_row(row: Row) -> OutboxRow:
    return OutboxRow(**row)
