"""What is told unasked, until it is told."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg

from provisioning.domain.round import Notice, NoticeId, NoticeKind

_SELECT = "select notice_id, kind, content, report, created_at, closed_at from notices"


class PostgresNotices:
    def __init__(self, connection: asyncpg.pool.PoolConnectionProxy) -> None:
        self._connection = connection

    async def add(self, notice: Notice) -> None:
        await self._connection.execute(
            "insert into notices (notice_id, kind, content) values ($1, $2, $3)",
            notice.notice_id, notice.kind, json.dumps(notice.content()),
        )  # fmt: skip

    async def open(self, kind: NoticeKind) -> Notice | None:
        await self._connection.execute("lock table notices in share row exclusive mode")
        row = await self._connection.fetchrow(f"{_SELECT} where kind = $1 and closed_at is null", kind)
        return _read(row) if row else None

    async def change(self, notice: Notice) -> None:
        await self._connection.execute(
            "update notices set content = $2, closed_at = $3, reported = false where notice_id = $1",
            notice.notice_id, json.dumps(notice.content()), notice.closed_at,
        )  # fmt: skip

    async def unreported(self) -> Sequence[Notice]:
        rows = await self._connection.fetch(f"{_SELECT} where not reported order by created_at limit 100")
        return [_read(row) for row in rows]

    async def save_report(self, notice_id: NoticeId, notes: Mapping[str, Any], *, told: str | None) -> None:
        """A change of it since that was read is still to be told."""
        await self._connection.execute(
            "update notices set report = $2 where notice_id = $1", notice_id, json.dumps(notes)
        )
        row = await self._connection.fetchrow(f"{_SELECT} where notice_id = $1 for update", notice_id)
        if row is not None and _read(row).print == told:
            await self._connection.execute(
                "update notices set reported = true where notice_id = $1", notice_id
            )


def _read(row: asyncpg.Record) -> Notice:
    tenants, leaks = Notice.read(json.loads(row["content"]))
    return Notice(
        notice_id=NoticeId(row["notice_id"]),
        kind=NoticeKind(row["kind"]),
        created_at=row["created_at"],
        tenants=tenants,
        leaks=leaks,
        closed_at=row["closed_at"],
        notes=json.loads(row["report"]),
    )
