"""What surfaces keep: their notes on runs, and the requests that came already."""

from collections.abc import Mapping, Sequence
from typing import Any

from provisioning.domain.run import RunId
from provisioning.registry import UnreportedRun
from tests.fakes.registry.runs import FakeRuns
from tests.fakes.registry.tables import Tables


class FakeReports:
    def __init__(self, tables: Tables, runs: FakeRuns) -> None:
        self._tables = tables
        self._runs = runs

    async def open(self, surface: str, *, limit: int) -> Sequence[UnreportedRun]:
        rows = sorted(self._tables.runs.values(), key=lambda row: row["created_at"])
        wanted = [row for row in rows if row["origin"].get("surface") == surface and not row.get("reported")]
        return [
            UnreportedRun(
                self._runs.view(row["run_id"]), self._runs.history(row["run_id"]), row.get("report", {})
            )
            for row in wanted[:limit]
        ]

    async def save(self, run_id: RunId, notes: Mapping[str, Any], *, done: bool) -> None:
        row = self._tables.runs[run_id]
        self._tables.runs[run_id] = {**row, "report": dict(notes), "reported": done}


class FakeSeenRequests:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def first_time(self, key: str) -> bool:
        if key in self._tables.seen:
            return False
        self._tables.seen.add(key)
        return True
