"""Between the rows of a run and the run people follow."""

from datetime import datetime

from provisioning.domain.run import Direction, Run, RunState, StepState, StepView
from tests.fakes.registry.tables import Row

FRESH_CLOCK = {"attempts": 0, "started_at": None, "finished_at": None}


def new_run_row(run: Run, request_hash: str, now: datetime) -> Row:
    return {
        "run_id": run.run_id,
        "kind": run.kind,
        "subdomain": run.subdomain,
        "request": run.request,
        "origin": run.origin,
        "requested_by": run.requested_by,
        "request_hash": request_hash,
        "state": RunState.QUEUED,
        "leg": 1,
        "direction": Direction.FORWARD,
        "claim": None,
        "cancel_requested": False,
        "waiting_for": None,
        "error": None,
        "checklist": (),
        "created_at": now,
        "finished_at": None,
    }


def new_step_row(step: StepView) -> Row:
    return {
        "number": step.number,
        "title": step.title,
        "typical": step.typical,
        "state": StepState.PENDING,
        "detail": None,
        "result": None,
        **FRESH_CLOCK,
    }


def step_view(row: Row, now: datetime) -> StepView:
    seconds = None
    if row["started_at"] is not None:
        seconds = ((row["finished_at"] or now) - row["started_at"]).total_seconds()
    kept = {name: row[name] for name in ("number", "title", "state", "attempts", "detail", "typical")}
    return StepView(**kept, seconds=seconds)
