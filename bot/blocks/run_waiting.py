"""Why a run waits, for whom, and what that means: the part of its root message that asks a person to act."""

from bot.blocks.run_words import NO_WORKER, awaited, done_steps, has_project, is_undoing
from bot.blocks.words import at_time, money, said
from provisioning.domain.run import Run, RunKind, StepState


def waiting(run: Run, *, monthly_cost: float, worker_alive: bool) -> str:
    """A few lines, the one that says who must act in bold."""
    if run.kind is RunKind.DEPROVISION and run.error is None:
        return _grace(run, worker_alive=worker_alive)
    lines = [*_cause(run), _request(run), *_recheck(run, worker_alive=worker_alive), *_so_far(run)]
    if has_project(run):
        lines.append(f"Its Supabase project costs {money(monthly_cost)} while it exists.")
    return "\n".join(lines)


def _grace(run: Run, *, worker_alive: bool) -> str:
    """Nobody has to act for it to go on; whoever wants the tenant back has."""
    told = why(run)
    return told if worker_alive else f"{told}\n⚠️ {NO_WORKER}"


def why(run: Run) -> str:
    """In one line: what stopped it, or what it waits for."""
    if run.error is not None:
        return said(run.error.message)
    return said(run.waiting_for.what) if run.waiting_for else "a decision"


def _cause(run: Run) -> list[str]:
    if run.error is None:
        return []
    step = next((step for step in run.steps if step.number == run.error.step), None)
    where = f"Step {step.number}, {said(step.title, 120)}, stopped the run: " if step else ""
    return [f"{where}{said(run.error.message, 800)}"]


def _request(run: Run) -> str:
    what = said(run.waiting_for.what, 600) if run.waiting_for else "Retry, or roll back."
    return f"*Waiting for {awaited(run)}:* {what}"


def _recheck(run: Run, *, worker_alive: bool) -> list[str]:
    if run.waiting_for is None or run.waiting_for.until is None:
        return []
    if not worker_alive:
        return [f"⚠️ {NO_WORKER}"]
    return [f"I look again at {at_time(run.waiting_for.until)}, and go on when it is there."]


def _so_far(run: Run) -> list[str]:
    if is_undoing(run):
        names = [step.title for step in run.steps if step.state is StepState.UNDONE]
        return [f"Undone so far: {said(', '.join(names), 500)}."] if names else ["Nothing is undone yet."]
    names = [step.title for step in done_steps(run)]
    return [f"Done so far: {said(', '.join(names), 500)}."] if names else ["Nothing is done yet."]
