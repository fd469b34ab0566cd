"""The steps of a run, as one plan with a task each, or as lines of text where a plan can't be shown."""

from collections.abc import Sequence
from typing import Any, Final, Literal

from bot.blocks.kit import Block, clip, escape, section
from bot.blocks.rich import rich_text, words
from bot.blocks.run_words import done_steps, is_slow, is_undoing
from bot.blocks.words import STEP_MARKS, about, bare, duration, said, state
from provisioning.domain.counting import count
from provisioning.domain.run import Run, RunState, StepState, StepView

Shape = Literal["plan", "plain"]
"""How steps and checklists are drawn: as plan and table, or as lines, which every client can show."""

_MOST_TITLE: Final = 120
_MOST_OUTPUT: Final = 300
_ALL_OUTPUTS: Final = 4000
"""Bytes for all outputs together, so that the message stays within what Slack takes."""
_LINES_IN_SECTION: Final = 4

_STATUS: Final = {
    StepState.PENDING: "pending",
    StepState.RUNNING: "in_progress",
    StepState.SUCCEEDED: "complete",
    StepState.FAILED: "error",
    StepState.UNDONE: "pending",
    StepState.SKIPPED: "complete",
}


def step_blocks(run: Run, *, shape: Shape, block_id: str) -> list[Block]:
    if not run.steps:
        return []
    return [_plan(run, block_id)] if shape == "plan" else _sections(run, block_id)


def _plan(run: Run, block_id: str) -> Block:
    return {
        "type": "plan",
        "block_id": block_id,
        "title": _plan_title(run),
        "tasks": [_task(run, step) for step in run.steps],
    }


def _plan_title(run: Run) -> str:
    if is_undoing(run):
        return "Rolling back" if run.state.is_open else "Rolled back"
    done, all_steps = len(done_steps(run)), len(run.steps)
    if done == all_steps:
        return f"All {all_steps} steps done" if all_steps > 1 else "Done"
    return f"{done} of {count(all_steps, 'step')} done"


def _task(run: Run, step: StepView) -> dict[str, Any]:
    limit = _most_output(run)
    task: dict[str, Any] = {
        "task_id": f"step-{step.number}",
        "title": clip(f"{step.number}. {bare(step.title, _MOST_TITLE - 10)}", _MOST_TITLE),
        "status": _status(run, step),
    }
    doing = bare(step.detail, limit) if step.detail and step.state is StepState.RUNNING else ""
    if details := [words(text) for text in (_course(step), doing) if text]:
        task["details"] = rich_text(*details)
    if output := _output(step):
        task["output"] = rich_text(words(bare(output, limit)))
    return task


def _status(run: Run, step: StepView) -> str:
    """A step that stands still is not in progress: a person must act, or the run was ended in it."""
    still = run.state is RunState.WAITING or not run.state.is_open
    if still and step.state is StepState.RUNNING:
        return "pending"
    return _STATUS[step.state]


def _course(step: StepView) -> str:
    """How it goes, or went: time, tries, and whether that is unusual."""
    if step.state in {StepState.PENDING, StepState.SKIPPED}:
        return ""
    parts = [duration(step.seconds)] if step.seconds is not None else []
    if step.attempts > 1:
        parts.append(f"try {step.attempts}")
    if is_slow(step):
        parts.append(f"slower than usual (usually {about(step.typical)})")
    return ", ".join(parts)


def _output(step: StepView) -> str:
    """What came of it; a state that a task has no word for is named first."""
    if step.state is StepState.RUNNING:
        return ""
    named = state(step.state) if step.state in {StepState.SKIPPED, StepState.UNDONE} else ""
    return ": ".join(part for part in (named, step.detail or "") if part)


def _most_output(run: Run) -> int:
    return min(_MOST_OUTPUT, _ALL_OUTPUTS // len(run.steps))


def _sections(run: Run, block_id: str) -> list[Block]:
    lines = [_line(run, step) for step in run.steps]
    groups: list[Sequence[str]] = [
        lines[at : at + _LINES_IN_SECTION] for at in range(0, len(lines), _LINES_IN_SECTION)
    ]
    return [section("\n".join(group), block_id=f"{block_id}-{at}") for at, group in enumerate(groups)]


def _line(run: Run, step: StepView) -> str:
    waits = run.state is RunState.WAITING and step.state is StepState.RUNNING
    ended = not run.state.is_open and step.state is StepState.RUNNING
    mark = "✋" if waits else STEP_MARKS[StepState.PENDING if ended else step.state]
    title = said(step.title, _MOST_TITLE)
    course = f" _({escape(_course(step))})_" if _course(step) else ""
    said_of_it = _output(step) or step.detail or ""
    output = f" – {said(said_of_it, _most_output(run))}" if said_of_it else ""
    return f"{mark} {step.number}. {title}{course}{output}"
