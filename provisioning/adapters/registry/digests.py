"""Digests: what they say, in one query over all tables, and the rows they are kept in."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.resources import files
from typing import Any, Final

import asyncpg
from pydantic import TypeAdapter

from provisioning.domain.audit import Head
from provisioning.domain.digest import DAYS, MOST, Digest, DigestFacts, DigestId, DigestRow, DigestState

_FACTS: Final = files(__package__).joinpath("digest.sql").read_text(encoding="utf-8")
_HEAD: Final = "select seq, hash, at, key_id from audit_log order by seq desc limit 1"
_ROW: Final = "select digest_id, due_at, created_at, asked_by, content, state, report from digests"
_ADD: Final = """
with earlier as (update digests set state = 'superseded' where $6 = 'pending' and state = 'pending' and report = '{}')
insert into digests (digest_id, due_at, asked_by, content, print, state, created_at) values ($1, $2, $3, $4, $5, $6, $7)
"""
_READ: Final = TypeAdapter(DigestFacts)


class PostgresDigests:
    def __init__(self, connection: asyncpg.pool.PoolConnectionProxy) -> None:
        self._connection = connection

    async def facts(self, *, since: datetime, now: datetime) -> DigestFacts:
        row = await self._connection.fetchrow(_FACTS, since, now, MOST, DAYS)
        assert row is not None
        head = await self._connection.fetchrow(_HEAD)
        found = {name: json.loads(value) if isinstance(value, str) else value for name, value in row.items()}
        listings = found.pop("listings")
        present = {name: value for name, value in (listings | found).items() if value is not None}
        return _READ.validate_python({**present, "audit": Head(**head) if head else None})

    async def latest_shown(self) -> DigestRow | None:
        row = await self._connection.fetchrow(
            f"{_ROW} where state = 'posted' or (state = 'pending' and report <> '{{}}')"
            " order by created_at desc limit 1"
        )
        return _read(row) if row else None

    async def add(self, row: DigestRow) -> None:
        await self._connection.execute(
            _ADD, row.digest_id, row.due_at, row.asked_by, json.dumps(row.digest.to_json()), row.digest.print,
            row.state, row.created_at,
        )  # fmt: skip

    async def find(self, digest_id: DigestId) -> DigestRow | None:
        row = await self._connection.fetchrow(f"{_ROW} where digest_id = $1", digest_id)
        return _read(row) if row else None

    async def pending(self) -> Sequence[DigestRow]:
        rows = await self._connection.fetch(f"{_ROW} where state = 'pending' order by created_at")
        return [_read(row) for row in rows]

    async def save(self, digest_id: DigestId, notes: Mapping[str, Any], *, state: DigestState) -> None:
        await self._connection.execute(
            "update digests set report = $2, state = $3 where digest_id = $1",
            digest_id,
            json.dumps(notes),
            state,
        )


def _read(row: asyncpg.Record) -> DigestRow:
    return DigestRow(
        digest_id=DigestId(row["digest_id"]),
        due_at=row["due_at"],
        created_at=row["created_at"],
        asked_by=row["asked_by"],
        digest=Digest.from_json(json.loads(row["content"])),
        state=DigestState(row["state"]),
        notes=json.loads(row["report"]),
    )
