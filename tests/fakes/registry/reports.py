"""What surfaces keep: their notes on runs, the requests that came already, and what was answered."""

from collections.abc import Mapping, Sequence
from typing import Any

from provisioning.domain.kept_answer import EarlierRequest, KeptAnswer
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


class FakeKeptAnswers:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def claim(self, caller: str, key: str, request_hash: str) -> EarlierRequest | None:
        earlier = self._tables.kept.get((caller, key))
        if earlier is None:
            self._tables.kept[caller, key] = EarlierRequest(request_hash, KeptAnswer(0, {}, ""))
        return earlier

    async def keep(self, caller: str, key: str, answer: KeptAnswer) -> None:
        claimed = self._tables.kept[caller, key]
        self._tables.kept[caller, key] = EarlierRequest(claimed.request_hash, answer)

    async def forget(self, caller: str, key: str) -> None:
        self._tables.kept.pop((caller, key), None)
