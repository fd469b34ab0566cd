"""What there is to say about any run: whose it is, how far it is, who must act, and how it ended."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from bot.blocks.kit import is_person, mention
from bot.blocks.words import about, duration, said, state
from provisioning.domain.counting import count
from provisioning.domain.lockdown import is_fleet
from provisioning.domain.run import Direction, Run, RunKind, RunState, StepState, StepView
from provisioning.domain.tenant import Tenant

NO_WORKER: Final = "No worker is running, so nothing moves until somebody starts one."

_DONE: Final = frozenset({StepState.SUCCEEDED, StepState.SKIPPED})
_AHEAD: Final = frozenset({StepState.PENDING, StepState.RUNNING})
_MAIL_STEP: Final = 7
_DELETION_STEP: Final = 5
_SLOW: Final = 3.0
"""A step that takes this many times its usual time is marked as slower than usual."""


def company(run: Run, tenant: Tenant | None) -> str:
    if is_fleet(run.subdomain):
        return "all tenants"
    name = tenant.company_name if tenant else str(run.request.get("company") or run.subdomain)
    return said(name, 300)


def host(access_url: str) -> str:
    return urlsplit(access_url).netloc or access_url


def requester(run: Run) -> str:
    return mention(person) if (person := requester_id(run)) else said(run.requested_by, 150)


def requester_id(run: Run) -> str | None:
    """The requester's id in Slack, where that is where they asked."""
    person = run.origin.get("user")
    is_slack = run.origin.get("surface") == "slack"
    return person if is_slack and isinstance(person, str) and is_person(person) else None


def awaited(run: Run) -> str:
    """Whoever has to act for a waiting run to go on."""
    if run.waiting_for is None or run.waiting_for.who == run.requested_by:
        return requester(run)
    return said(run.waiting_for.who, 150)


def may_be_undone(run: Run) -> bool:
    """A tenant that is to end can be brought back until its project's deletion begins; the door decides."""
    deletion = next((step for step in run.steps if step.number == _DELETION_STEP), None)
    return run.kind is RunKind.DEPROVISION and (deletion is None or deletion.state is StepState.PENDING)


def waits_for(run: Run, user_id: str) -> bool:
    waits = run.state is RunState.WAITING and requester_id(run) == user_id
    return waits and (run.waiting_for is None or run.waiting_for.who == run.requested_by)


def is_undoing(run: Run) -> bool:
    return run.direction is Direction.ROLLBACK


def done_steps(run: Run) -> Sequence[StepView]:
    return [step for step in run.steps if step.state in _DONE]


def current_step(run: Run) -> StepView | None:
    """The step that the run is at: the one in work or stopped, else the next one."""
    for wanted in ({StepState.RUNNING}, {StepState.FAILED}, {StepState.PENDING}):
        if found := next((step for step in run.steps if step.state in wanted), None):
            return found
    return None


def position(run: Run) -> str:
    """`step 3 of 8`, or how much of it is undone."""
    if is_undoing(run):
        undone = sum(step.state is StepState.UNDONE for step in run.steps)
        return f"{count(undone, 'step')} undone"
    step = current_step(run)
    return f"step {step.number if step else len(run.steps)} of {len(run.steps)}"


def rest(run: Run) -> str:
    """What is left at the usual times."""
    left = sum(max(0.0, step.typical - (step.seconds or 0.0)) for step in run.steps if step.state in _AHEAD)
    return f"usually {about(left)} more" if left >= 1 else "about to end"


def is_slow(step: StepView) -> bool:
    return step.seconds is not None and step.typical > 0 and step.seconds > _SLOW * step.typical


def taken(run: Run) -> str:
    """How long the run took from the request to its end, waiting for people included."""
    return duration((run.finished_at - run.created_at).total_seconds()) if run.finished_at else ""


def verdict(run: Run) -> str:
    return said(run.verdict) if run.checklist else state(run.state)


def may_be_rolled_back(run: Run) -> bool:
    """Tell whether to offer it; the door decides."""
    if is_undoing(run):
        return False
    return run.kind is RunKind.ROTATE or (makes_project(run) and not _mail_may_be_out(run))


def has_project(run: Run) -> bool:
    """Tell whether a Supabase project may be there that costs money."""
    gone = {StepState.PENDING, StepState.UNDONE}
    return makes_project(run) and bool(run.steps) and run.steps[0].state not in gone


def makes_project(run: Run) -> bool:
    return run.kind in {RunKind.PROVISION, RunKind.RESTORE}


def _mail_may_be_out(run: Run) -> bool:
    sent = any(step.number == _MAIL_STEP and step.state is StepState.SUCCEEDED for step in run.steps)
    return sent and run.kind is RunKind.PROVISION
