"""When a thread's root is worth another edit: what it shows as one short text, and how long to leave it alone."""

import hashlib
import json
from typing import Any, Final

from provisioning.control_plane.reports import Report
from provisioning.domain.run import RunState, StepState

_FIRST_GAP, _GROWTH, _LONGEST_GAP = 2.0, 1.3, 20.0
_TICK: Final = 20.0  # seconds after which the time that is left is worth telling anew


def fingerprint(report: Report, *, worker_alive: bool) -> str:
    """Whatever people would see change; the state in front, because it decides how urgent that is."""
    run = report.run
    seen: list[Any] = [
        run.direction,
        run.cancel_requested,
        run.waiting_for and (run.waiting_for.who, run.waiting_for.what, str(run.waiting_for.until)),
        run.error and run.error.message,
        report.tenant and report.tenant.reading,
        worker_alive or not run.state.is_open,
        [(step.state, step.attempts, step.detail, _ticks(step.state, step.seconds)) for step in run.steps],
    ]
    digest = hashlib.sha256(json.dumps(seen, default=str).encode()).hexdigest()[:16]
    return f"{run.state}:{digest}"


def is_urgent(state: RunState, shown: str | None) -> bool:
    """A run that ended or waits is shown at once, and so is one that does not wait any more."""
    before = (shown or "").partition(":")[0]
    return before != state and (
        state not in {RunState.QUEUED, RunState.RUNNING} or before == RunState.WAITING
    )


def gap(edits: int) -> float:
    """Seconds between two edits that nobody waits for: soon at first, rarer the longer the run takes."""
    return min(_LONGEST_GAP, _FIRST_GAP * _GROWTH ** min(edits, 20))


def _ticks(state: StepState, seconds: float | None) -> int:
    return int((seconds or 0.0) // _TICK) if state is StepState.RUNNING else 0
