"""Run rows, their steps and their events."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from provisioning.adapters.registry.run_rows import SELECT_RUN, checklist_json, read_run
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
from provisioning.registry import Attempt, LegBrief, LegEnd, LostClaim

_OPEN = "state in ('queued', 'running', 'waiting')"
"""In these words, so that PostgreSQL takes the index of the open ones: they are few, however many have ended."""

_CREATE = """
insert into runs (run_id, kind, subdomain, tenant_id, request, request_hash, origin, requested_by)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (subdomain) where state in ('queued', 'running', 'waiting') do nothing
"""
_CLAIM = """
update runs set claim = $3, state = 'running', started_at = coalesce(started_at, now()), waiting_for = null
where run_id = $1 and leg = $2 and state in ('queued', 'running', 'waiting')
returning true
"""
_CONTINUE = """
update runs set leg = leg + 1, direction = $2, state = 'queued', claim = null, cancel_requested = false,
                waiting_for = null, error = null
where run_id = $1 returning leg
"""
_RESTART_STEPS = """
update run_steps set state = 'pending', attempts = 0, started_at = null, finished_at = null, detail = null
where run_id = $1 and state in ('running', 'failed')
"""
_FORGET_STEPS = """
update run_steps set state = 'pending', result = null, attempts = 0, started_at = null, finished_at = null, detail = null
where run_id = $1 and number >= $2 and number < $3
"""
_RESET_CLOCKS = """
update run_steps set attempts = 0, started_at = null, finished_at = null
where run_id = $1 and begun
"""
_START_ATTEMPT = """
update run_steps
set state = 'running', begun = true, attempts = attempts + 1, started_at = coalesce(started_at, now()), finished_at = null
where run_id = $1 and number = $2 returning attempts, started_at
"""
_END_STEP = """
update run_steps set state = $3, detail = coalesce($4, detail), result = coalesce($5, result), finished_at = now(),
                     begun = begun and $3 <> 'undone'
where run_id = $1 and number = $2
"""
_FINISH = """
update runs set state = $2, waiting_for = $3, error = $4, claim = null,
                finished_at = case when $5 then null else now() end
where run_id = $1
"""


class PostgresRuns:
    def __init__(self, connection: asyncpg.pool.PoolConnectionProxy) -> None:
        self._connection = connection

    async def create(self, run: Run, *, tenant_id: UUID | None, request_hash: str) -> None:
        made = await self._connection.execute(
            _CREATE, run.run_id, run.kind, run.subdomain, tenant_id, json.dumps(run.request), request_hash,
            json.dumps(run.origin), run.requested_by,
        )  # fmt: skip
        if made == "INSERT 0 0":
            raise Refused(
                f"{run.subdomain} has an open run; see `tenantbot status {run.subdomain}`.",
                code="run_open",
                field="subdomain",
            )
        await self._connection.executemany(
            "insert into run_steps (run_id, number, title, typical) values ($1, $2, $3, $4)",
            [(run.run_id, step.number, step.title, step.typical) for step in run.steps],
        )
        await self._event(run.run_id, "requested", detail=f"by {run.requested_by}")

    async def find(self, run_id: RunId) -> Run | None:
        row = await self._connection.fetchrow(SELECT_RUN + "where run_id = $1", run_id)
        return read_run(row) if row else None

    async def find_open(self, subdomain: str) -> Run | None:
        row = await self._connection.fetchrow(f"{SELECT_RUN} where subdomain = $1 and {_OPEN}", subdomain)
        return read_run(row) if row else None

    async def find_latest(self, subdomain: str, *, kind: RunKind | None = None) -> Run | None:
        row = await self._connection.fetchrow(
            SELECT_RUN + "where subdomain = $1 and ($2::text is null or kind = $2) order by created_at desc limit 1",
            subdomain, kind,
        )  # fmt: skip
        return read_run(row) if row else None

    async def list(
        self,
        *,
        states: Sequence[RunState],
        limit: int,
        kinds: Sequence[RunKind] = (),
        subdomain: str | None = None,
        after: Cursor | None = None,
    ) -> Sequence[Run]:
        wanted = [
            "(cardinality($1::text[]) = 0 or state = any($1))",
            "(cardinality($2::text[]) = 0 or kind = any($2))",
        ]
        if states and all(state.is_open for state in states):
            wanted.append(_OPEN)
        values: list[Any] = [list(states), list(kinds), limit]
        if subdomain is not None:
            wanted.append(f"subdomain = ${len(values) + 1}")
            values.append(subdomain)
        if after is not None:
            wanted.append(f"(created_at, run_id) < (${len(values) + 1}, ${len(values) + 2})")
            values += [after.at, after.id]
        rows = await self._connection.fetch(
            f"{SELECT_RUN} where {' and '.join(wanted)} order by created_at desc, run_id desc limit $3",
            *values,
        )
        return [read_run(row) for row in rows]

    async def events(self, run_id: RunId) -> Sequence[RunEvent]:
        rows = await self._connection.fetch(
            "select event_id, at, what, step, detail from run_events where run_id = $1 order by event_id",
            run_id,
        )
        return [RunEvent(**row) for row in rows]

    async def lock(self, run_id: RunId) -> Run:
        await self._connection.execute("select from runs where run_id = $1 for update", run_id)
        run = await self.find(run_id)
        if run is None:
            raise Refused(f"There is no run {run_id}; `tenantbot runs` lists them.", code="unknown_run")
        return run

    async def request_cancel(self, run_id: RunId) -> None:
        await self._connection.execute("update runs set cancel_requested = true where run_id = $1", run_id)
        await self._event(run_id, "cancel requested")

    async def continue_with(self, run_id: RunId, direction: Direction) -> int:
        leg: int = await self._connection.fetchval(_CONTINUE, run_id, direction)
        await self._connection.execute(
            _RESTART_STEPS if direction is Direction.FORWARD else _RESET_CLOCKS, run_id
        )
        await self._event(run_id, "retried" if direction is Direction.FORWARD else "rolling back")
        return leg

    async def next_leg(self, run_id: RunId) -> int:
        leg: int = await self._connection.fetchval(
            "update runs set leg = leg + 1 where run_id = $1 returning leg", run_id
        )
        return leg

    async def finish(self, run_id: RunId, end: LegEnd) -> None:
        await self._connection.execute(
            _FINISH,
            run_id,
            end.state,
            end.waiting_for and json.dumps(asdict(end.waiting_for), default=datetime.isoformat),
            end.error and json.dumps(asdict(end.error)),
            end.state.is_open,
        )
        detail = end.error.message if end.error else end.waiting_for.what if end.waiting_for else None
        await self._event(run_id, end.state, step=end.error.step if end.error else None, detail=detail)

    async def store_checklist(self, run_id: RunId, checklist: Checklist) -> None:
        await self._connection.execute(
            "update runs set checklist = $2 where run_id = $1", run_id, checklist_json(checklist)
        )

    async def claim(self, run_id: RunId, leg: int, claim: str) -> bool:
        return bool(await self._connection.fetchval(_CLAIM, run_id, leg, claim))

    async def brief(self, run_id: RunId) -> LegBrief:
        run = await self.lock(run_id)
        results = await self._connection.fetch(
            "select number, result from run_steps where run_id = $1 and state = 'succeeded' and result is not null",
            run_id,
        )
        begun = await self._connection.fetch(
            "select number from run_steps where run_id = $1 and begun order by number", run_id
        )
        return LegBrief(
            kind=run.kind,
            subdomain=run.subdomain,
            direction=run.direction,
            request=run.request,
            requested_by=run.requested_by,
            results={row["number"]: Sealed(row["result"]) for row in results},
            begun=tuple(row["number"] for row in begun),
        )

    async def cancel_wanted(self, run_id: RunId) -> bool:
        return bool(
            await self._connection.fetchval("select cancel_requested from runs where run_id = $1", run_id)
        )

    async def start_attempt(self, run_id: RunId, claim: str, step: int) -> Attempt:
        direction = await self._hold(run_id, claim)
        row = await self._connection.fetchrow(_START_ATTEMPT, run_id, step)
        assert row is not None
        if row["attempts"] == 1:
            await self._event(
                run_id, "step started" if direction is Direction.FORWARD else "undo started", step=step
            )
        return Attempt(number=row["attempts"], first_started_at=row["started_at"])

    async def note(self, run_id: RunId, claim: str, step: int, detail: str, *, lasting: bool = False) -> None:
        await self._hold(run_id, claim)
        await self._connection.execute(
            "update run_steps set detail = $3 where run_id = $1 and number = $2", run_id, step, detail
        )
        if lasting:
            await self._event(run_id, "noted", step=step, detail=detail)

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
        await self._hold(run_id, claim)
        await self._connection.execute(_END_STEP, run_id, step, state, detail, result)
        await self._event(run_id, f"step {state}", step=step, detail=detail)

    async def forget_steps(self, run_id: RunId, claim: str, *, since: int, until: int) -> None:
        await self._hold(run_id, claim)
        await self._connection.execute(_FORGET_STEPS, run_id, since, until)
        for step in range(since, until):
            await self._event(run_id, STEP_FORGOTTEN, step=step)

    async def end_leg(self, run_id: RunId, claim: str, end: LegEnd) -> None:
        await self._hold(run_id, claim)
        await self.finish(run_id, end)

    async def hold(self, run_id: RunId, claim: str) -> None:
        await self._hold(run_id, claim)

    async def _hold(self, run_id: RunId, claim: str) -> Direction:
        """Lock the run's row under our claim, so that a process which was presumed dead can't write into another's leg."""
        direction = await self._connection.fetchval(
            "select direction from runs where run_id = $1 and claim = $2 for update", run_id, claim
        )
        if direction is None:
            raise LostClaim(run_id)
        return Direction(direction)

    async def _event(self, run_id: RunId, what: str, *, step: int | None = None, detail: Any = None) -> None:
        await self._connection.execute(
            "insert into run_events (run_id, what, step, detail) values ($1, $2, $3, $4)",
            run_id,
            what,
            step,
            detail,
        )
