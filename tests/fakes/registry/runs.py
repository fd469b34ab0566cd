"""Run rows, their steps and their events."""

import builtins
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from provisioning.domain.checklist import Checklist
from provisioning.domain.page import Cursor
from provisioning.domain.run import (
    STEP_FORGOTTEN,
    Direction,
    Run,
    RunEvent,
    RunId,
    RunKind,
    RunState,
    StepState,
)
from provisioning.domain.secret import Sealed
from provisioning.errors import Refused
from provisioning.ports import Clock
from provisioning.registry import Attempt, LegBrief, LegEnd, LostClaim
from tests.fakes.registry.run_rows import FRESH_CLOCK, new_run_row, new_step_row, step_view
from tests.fakes.registry.tables import Row, Tables


class FakeRuns:
    def __init__(self, tables: Tables, clock: Clock) -> None:
        self._tables = tables
        self._clock = clock

    async def create(self, run: Run, *, tenant_id: UUID | None, request_hash: str) -> None:
        if await self.find_open(run.subdomain) is not None:
            raise Refused(
                f"{run.subdomain} has an open run; see `tenantbot status {run.subdomain}`.",
                code="run_open",
                field="subdomain",
            )
        self._tables.runs[run.run_id] = new_run_row(run, request_hash, self._clock.now())
        for step in run.steps:
            self._tables.steps[run.run_id, step.number] = new_step_row(step)
        self._event(run.run_id, "requested", detail=f"by {run.requested_by}")

    def view(self, run_id: RunId) -> Run:
        return self._run(self._tables.runs[run_id])

    async def find(self, run_id: RunId) -> Run | None:
        return self.view(run_id) if run_id in self._tables.runs else None

    async def find_open(self, subdomain: str) -> Run | None:
        return next((run for run in self._newest_first() if _is(run, subdomain) and run.state.is_open), None)

    async def find_latest(self, subdomain: str, *, kind: RunKind | None = None) -> Run | None:
        found = (run for run in self._newest_first() if _is(run, subdomain) and kind in {None, run.kind})
        return next(found, None)

    async def list(
        self,
        *,
        states: Sequence[RunState],
        limit: int,
        kinds: Sequence[RunKind] = (),
        subdomain: str | None = None,
        after: Cursor | None = None,
    ) -> Sequence[Run]:
        return [
            run
            for run in sorted(self._newest_first(), key=_place, reverse=True)
            if (not states or run.state in states)
            and (not kinds or run.kind in kinds)
            and subdomain in {None, run.subdomain}
            and (after is None or _place(run) < (after.at, after.id))
        ][:limit]

    async def events(self, run_id: RunId) -> Sequence[RunEvent]:
        return self.history(run_id)

    def history(self, run_id: RunId) -> "builtins.list[RunEvent]":
        return [
            RunEvent(number, row["at"], row["what"], row["step"], row["detail"])
            for number, row in enumerate(self._tables.events, 1)
            if row["run_id"] == run_id
        ]

    async def lock(self, run_id: RunId) -> Run:
        run = await self.find(run_id)
        if run is None:
            raise Refused(f"There is no run {run_id}; `tenantbot runs` lists them.", code="unknown_run")
        return run

    async def request_cancel(self, run_id: RunId) -> None:
        self._set(run_id, cancel_requested=True)
        self._event(run_id, "cancel requested")

    async def continue_with(self, run_id: RunId, direction: Direction) -> int:
        leg = await self.next_leg(run_id)
        self._set(
            run_id, direction=direction, state=RunState.QUEUED, claim=None, cancel_requested=False,
            waiting_for=None, error=None,
        )  # fmt: skip
        forward = direction is Direction.FORWARD
        for number, row in self._steps(run_id):
            if forward and row["state"] in {StepState.RUNNING, StepState.FAILED}:
                self._set_step(run_id, number, detail=None, **FRESH_CLOCK)
            elif not forward and row["state"] not in {StepState.PENDING, StepState.UNDONE}:
                self._set_step(run_id, number, **FRESH_CLOCK)
        self._event(run_id, "retried" if forward else "rolling back")
        return leg

    async def next_leg(self, run_id: RunId) -> int:
        leg: int = self._tables.runs[run_id]["leg"] + 1
        self._set(run_id, leg=leg)
        return leg

    async def finish(self, run_id: RunId, end: LegEnd) -> None:
        self._set(
            run_id, state=end.state, waiting_for=end.waiting_for, error=end.error, claim=None,
            finished_at=None if end.state.is_open else self._clock.now(),
        )  # fmt: skip
        detail = end.error.message if end.error else end.waiting_for.what if end.waiting_for else None
        self._event(run_id, end.state.value, step=end.error.step if end.error else None, detail=detail)

    async def store_checklist(self, run_id: RunId, checklist: Checklist) -> None:
        self._set(run_id, checklist=checklist.checks)

    async def claim(self, run_id: RunId, leg: int, claim: str) -> bool:
        row = self._tables.runs.get(run_id)
        if row is None or row["leg"] != leg or not row["state"].is_open:
            return False
        self._set(run_id, claim=claim, state=RunState.RUNNING, waiting_for=None)
        return True

    async def brief(self, run_id: RunId) -> LegBrief:
        run = await self.lock(run_id)
        return LegBrief(
            kind=run.kind,
            subdomain=run.subdomain,
            direction=run.direction,
            request=run.request,
            requested_by=run.requested_by,
            results={
                number: row["result"]
                for number, row in self._steps(run_id)
                if row["state"] is StepState.SUCCEEDED and row["result"] is not None
            },
            begun=tuple(
                step.number for step in run.steps if step.state not in {StepState.PENDING, StepState.UNDONE}
            ),
        )

    async def cancel_wanted(self, run_id: RunId) -> bool:
        row = self._tables.runs.get(run_id)
        return row is not None and row["cancel_requested"]

    async def start_attempt(self, run_id: RunId, claim: str, step: int) -> Attempt:
        direction = self._hold(run_id, claim)
        row = self._tables.steps[run_id, step]
        number, started_at = row["attempts"] + 1, row["started_at"] or self._clock.now()
        self._set_step(
            run_id, step, state=StepState.RUNNING, attempts=number, started_at=started_at, finished_at=None
        )
        if number == 1:
            forward = direction is Direction.FORWARD
            self._event(run_id, "step started" if forward else "undo started", step=step)
        return Attempt(number=number, first_started_at=started_at)

    async def note(self, run_id: RunId, claim: str, step: int, detail: str, *, lasting: bool = False) -> None:
        self._hold(run_id, claim)
        self._set_step(run_id, step, detail=detail)
        if lasting:
            self._event(run_id, "noted", step=step, detail=detail)

    async def end_step(
        self,
        run_id: RunId,
        claim: str,
        step: int,
        *,
        state: StepState,
        detail: str | None,
        result: Sealed | None = None,
    ) -> None:
        self._hold(run_id, claim)
        row = self._tables.steps[run_id, step]
        self._set_step(
            run_id, step, state=state, detail=detail or row["detail"], result=result or row["result"],
            finished_at=self._clock.now(),
        )  # fmt: skip
        self._event(run_id, f"step {state}", step=step, detail=detail)

    async def forget_steps(self, run_id: RunId, claim: str, *, since: int, until: int) -> None:
        self._hold(run_id, claim)
        for step in range(since, until):
            self._set_step(run_id, step, state=StepState.PENDING, detail=None, result=None, **FRESH_CLOCK)
            self._event(run_id, STEP_FORGOTTEN, step=step)

    async def end_leg(self, run_id: RunId, claim: str, end: LegEnd) -> None:
        self._hold(run_id, claim)
        await self.finish(run_id, end)

    async def hold(self, run_id: RunId, claim: str) -> None:
        self._hold(run_id, claim)

    def _hold(self, run_id: RunId, claim: str) -> Direction:
        row = self._tables.runs.get(run_id)
        if row is None or row["claim"] != claim:
            raise LostClaim(run_id)
        direction: Direction = row["direction"]
        return direction

    def _run(self, row: Row) -> Run:
        hidden, now = {"request_hash", "claim", "report", "reported"}, self._clock.now()
        shown = {name: value for name, value in row.items() if name not in hidden}
        return Run(**shown, steps=tuple(step_view(step, now) for _, step in self._steps(row["run_id"])))

    def _newest_first(self) -> Sequence[Run]:
        runs = [self._run(row) for row in reversed(self._tables.runs.values())]
        return sorted(runs, key=lambda run: run.created_at, reverse=True)

    def _steps(self, run_id: RunId) -> Sequence[tuple[int, Row]]:
        return sorted(
            ((number, row) for (owner, number), row in self._tables.steps.items() if owner == run_id),
            key=lambda numbered: numbered[0],
        )

    def _set(self, run_id: RunId, **changes: Any) -> None:
        self._tables.runs[run_id] = {**self._tables.runs[run_id], **changes}

    def _set_step(self, run_id: RunId, number: int, **changes: Any) -> None:
        self._tables.steps[run_id, number] = {**self._tables.steps[run_id, number], **changes}

    def _event(self, run_id: RunId, what: str, *, step: int | None = None, detail: str | None = None) -> None:
        self._tables.events.append(
            {"run_id": run_id, "at": self._clock.now(), "what": what, "step": step, "detail": detail}
        )


def _is(run: Run, subdomain: str) -> bool:
    return run.subdomain == subdomain


def _place(run: Run) -> tuple[datetime, str]:
    return run.created_at, run.run_id
