"""How far surfaces have told people about runs; the notes are theirs, and opaque here."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg

from provisioning.adapters.registry.run_rows import SELECT_RUN, read_run
from provisioning.domain.run import RunEvent, RunId
from provisioning.registry import UnreportedRun

_OPEN = SELECT_RUN + "where origin ->> 'surface' = $1 and not reported order by created_at limit $2"
_EVENTS = """
select run_id, event_id, at, what, step, detail from run_events where run_id = any($1) order by event_id
"""


class PostgresReports:
    def __init__(self, connection: asyncpg.pool.PoolConnectionProxy) -> None:
        self._connection = connection

    async def open(self, surface: str, *, limit: int) -> Sequence[UnreportedRun]:
        rows = await self._connection.fetch(_OPEN, surface, limit)
        events = await self._events([row["run_id"] for row in rows])
        return [
            UnreportedRun(read_run(row), events[row["run_id"]], json.loads(row["report"])) for row in rows
        ]

    async def save(self, run_id: RunId, notes: Mapping[str, Any], *, done: bool) -> None:
        await self._connection.execute(
            "update runs set report = $2, reported = $3 where run_id = $1", run_id, json.dumps(notes), done
        )

    async def _events(self, run_ids: Sequence[str]) -> Mapping[str, list[RunEvent]]:
        found: dict[str, list[RunEvent]] = defaultdict(list)
        for row in await self._connection.fetch(_EVENTS, run_ids) if run_ids else ():
            found[row["run_id"]].append(
                RunEvent(row["event_id"], row["at"], row["what"], row["step"], row["detail"])
            )
        return found
