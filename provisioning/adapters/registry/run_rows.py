"""Between a run's row and the run people follow."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

import asyncpg

from provisioning.domain.checklist import Check, Checklist
from provisioning.domain.run import (
    Direction,
    Run,
    RunError,
    RunId,
    RunKind,
    RunState,
    StepState,
    StepView,
    WaitingFor,
)

SELECT_RUN = """
select runs.*,
       (select jsonb_agg(to_jsonb(s) - 'result' - 'begun' order by s.number)
        from run_steps s where s.run_id = runs.run_id) as steps
from runs
"""


def read_run(row: asyncpg.Record) -> Run:
    return Run(
        run_id=RunId(row["run_id"]),
        kind=RunKind(row["kind"]),
        state=RunState(row["state"]),
        subdomain=row["subdomain"],
        requested_by=row["requested_by"],
        created_at=row["created_at"],
        request=json.loads(row["request"]),
        leg=row["leg"],
        direction=Direction(row["direction"]),
        cancel_requested=row["cancel_requested"],
        finished_at=row["finished_at"],
        waiting_for=_waiting_for(row["waiting_for"]),
        error=RunError(**json.loads(row["error"])) if row["error"] else None,
        origin=json.loads(row["origin"]),
        steps=tuple(_step(step) for step in json.loads(row["steps"] or "[]")),
        checklist=read_checks(json.loads(row["checklist"] or "[]")),
    )


def checklist_json(checklist: Checklist) -> str:
    return json.dumps([asdict(check) for check in checklist.checks])


def read_checks(checks: list[dict[str, Any]]) -> tuple[Check, ...]:
    return tuple(Check(**check) for check in checks)


def _waiting_for(text: str | None) -> WaitingFor | None:
    if text is None:
        return None
    data = json.loads(text)
    until = data["until"] and datetime.fromisoformat(data["until"])
    return WaitingFor(who=data["who"], what=data["what"], until=until)


def _step(data: dict[str, Any]) -> StepView:
    return StepView(
        number=data["number"],
        title=data["title"],
        state=StepState(data["state"]),
        attempts=data["attempts"],
        seconds=_seconds(data["started_at"], data["finished_at"]),
        detail=data["detail"],
        typical=data["typical"],
    )


def _seconds(started_at: str | None, finished_at: str | None) -> float | None:
    if started_at is None:
        return None
    started = datetime.fromisoformat(started_at)
    ended = datetime.fromisoformat(finished_at) if finished_at else datetime.now(started.tzinfo)
    return round(max(0.0, (ended - started).total_seconds()), 3)
