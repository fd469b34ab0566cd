"""A run: one execution of a pipeline, as people follow it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NewType

from provisioning.domain.checklist import Check, Checklist

RunId = NewType("RunId", str)


class RunKind(StrEnum):
    PROVISION = "provision"
    VERIFY = "verify"
    RESEND = "resend"
    SUSPEND = "suspend"
    ACTIVATE = "activate"
    DEPROVISION = "deprovision"
    RESTORE = "restore"
    IMPORT = "import"
    REMOVE_ORPHAN = "remove_orphan"
    ROTATE = "rotate"
    REPAIR = "repair"
    NOTIFY = "notify"
    LOCKDOWN = "lockdown"
    LIFT = "lift"
    VERIFY_ALL = "verify_all"
    FLEET = "fleet"


class RunState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    SUCCEEDED = "succeeded"
    ROLLED_BACK = "rolled_back"
    CANCELLED = "cancelled"

    @property
    def is_open(self) -> bool:
        return self in {RunState.QUEUED, RunState.RUNNING, RunState.WAITING}


class StepState(StrEnum):
    PENDING = "pending"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNDONE = "undone"
    SKIPPED = "skipped"


class Direction(StrEnum):
    """What a leg of the run is for: go on, undo what was made, or stop where it is."""

    FORWARD = "forward"
    ROLLBACK = "rollback"


@dataclass(frozen=True)
class RunError:
    """Why a run waits, in words for people; `step` is the number of the step that said so."""

    code: str
    message: str
    step: int | None = None


@dataclass(frozen=True)
class WaitingFor:
    """Who has to do what, and when the run looks again by itself (None: never)."""

    who: str
    what: str
    until: datetime | None = None


@dataclass(frozen=True)
class StepView:
    """One step of one run: `seconds` counts from its first attempt, `typical` is the guide's usual time."""

    number: int
    title: str
    state: StepState = StepState.PENDING
    attempts: int = 0
    seconds: float | None = None
    detail: str | None = None
    typical: float = 0.0


STEP_FORGOTTEN: Final = "step forgotten"
"""What a run's history says of a step whose result will not do, and which a retry takes anew."""


@dataclass(frozen=True)
class RunEvent:
    """A line of the run's history; `event_id` grows from line to line."""

    event_id: int
    at: datetime
    what: str
    step: int | None
    detail: str | None


@dataclass(frozen=True)
class Run:
    """A run with its steps. `origin` belongs to the surface that asked; nobody else reads it."""

    run_id: RunId
    kind: RunKind
    state: RunState
    subdomain: str
    requested_by: str
    created_at: datetime
    request: dict[str, Any]
    leg: int = 1
    direction: Direction = Direction.FORWARD
    cancel_requested: bool = False
    finished_at: datetime | None = None
    waiting_for: WaitingFor | None = None
    error: RunError | None = None
    origin: dict[str, Any] = field(default_factory=dict)
    steps: tuple[StepView, ...] = ()
    checklist: tuple[Check, ...] = ()

    @property
    def verdict(self) -> str:
        """The one line people read of what a run has checked."""
        said = Checklist(self.checklist).verdict if self.checklist else self.state.value
        switches_off = self.kind in {RunKind.SUSPEND, RunKind.LOCKDOWN}
        return said.replace("verified", "suspended", 1) if switches_off else said
