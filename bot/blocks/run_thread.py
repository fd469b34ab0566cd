"""What is said in a run's thread: a line for every step that ended, and at the end the checklist and the verdict."""

from collections.abc import Iterator, Sequence
from typing import Final

from bot.blocks.checklist import checklist_block
from bot.blocks.kit import Block, Message, fit, section
from bot.blocks.run_ending import ending, short_ending
from bot.blocks.run_steps import Shape
from bot.blocks.run_words import awaited
from bot.blocks.words import RUN_MARKS, STEP_MARKS, duration, said
from provisioning.domain.run import STEP_FORGOTTEN, Run, RunEvent, RunState, StepState
from provisioning.domain.tenant import Tenant

_STEP_ENDS: Final = {
    f"step {state}": state
    for state in (StepState.SUCCEEDED, StepState.FAILED, StepState.UNDONE, StepState.SKIPPED)
}
_LEFT_AS: Final = frozenset({*_STEP_ENDS, STEP_FORGOTTEN})
_DECISIONS: Final = {
    "retried": "🔁 Retried: going on from the step that stopped.",
    "rolling back": "↩️ Rolling back, the last step first.",
    "cancel requested": "🚫 Asked to cancel: it stops before the next step.",
}
_MOST_LINE: Final = 500
_ALL_LINES: Final = 2700
"""Bytes for all lines of one message: a section takes 3000 characters."""


def step_lines(
    run: Run, events: Sequence[RunEvent], *, earlier: Sequence[RunEvent] = (), shape: Shape = "plan"
) -> Message | None:
    """Tell the events that are worth a line, all in one message; None when there is none.

    A run that looks again by itself begins the same wait each time; with the events before these given as `earlier`
    it is told once. A run that waits because checks failed shows them.
    """
    lines = list(_lines(run, events, earlier))
    if not lines:
        return None
    stopped = events[-1].what == RunState.WAITING and run.error is not None
    blocks = [_section(lines)]
    if stopped and run.checklist:
        blocks.append(checklist_block(run.checklist, shape=shape))
    return Message(_joined(lines), tuple(blocks))


def end_message(
    run: Run,
    tenant: Tenant | None,
    access_url: str,
    *,
    events: Sequence[RunEvent],
    earlier: Sequence[RunEvent] = (),
    shape: Shape = "plan",
) -> Message:
    """Tell what is left to tell, then the checklist, and how the run ended."""
    lines = list(_lines(run, events, earlier))
    blocks: list[Block] = [_section(lines)] if lines else []
    if run.checklist and run.state is RunState.SUCCEEDED:
        blocks.append(checklist_block(run.checklist, shape=shape))
    blocks.append(section(f"{RUN_MARKS[run.state]} {ending(run, tenant, access_url)}"))
    return Message(f"{RUN_MARKS[run.state]} {short_ending(run, tenant)}", tuple(blocks))


def _lines(run: Run, events: Sequence[RunEvent], earlier: Sequence[RunEvent]) -> Iterator[str]:
    before = earlier[-1] if earlier else None
    ends = {event.step: event.what for event in earlier if event.what in _LEFT_AS}
    for event in events:
        is_told = _ends_again(event, ends.get(event.step))
        if not is_told and (told := _line(run, event, before)):
            yield told
        if event.what in _LEFT_AS:
            ends[event.step] = event.what
        before = event


def _ends_again(event: RunEvent, before: str | None) -> bool:
    """Tell whether a step ended so already: a worker was killed before it had noted that, and the next looked again."""
    return event.what == before and _STEP_ENDS.get(event.what) not in {None, StepState.FAILED}


def _line(run: Run, event: RunEvent, before: RunEvent | None) -> str:
    if event.what in _STEP_ENDS:
        return _step_line(run, event, _STEP_ENDS[event.what])
    if event.what == "noted":
        return f"ℹ️ {_where(run, event)}: {said(event.detail or '', _MOST_LINE)}"
    if event.what == RunState.WAITING:
        return "" if _waits_on(event, before) else _waiting_line(run, event)
    return _DECISIONS.get(event.what, "")


def _step_line(run: Run, event: RunEvent, state: StepState) -> str:
    step = next((step for step in run.steps if step.number == event.step), None)
    title = f"*{said(step.title, 120)}*" if step else "A step"
    seconds = (
        f" in {duration(step.seconds)}" if step and step.seconds and state is not StepState.SKIPPED else ""
    )
    detail = f" – {said(event.detail, _MOST_LINE)}" if event.detail else ""
    return f"{STEP_MARKS[state]} {_where(run, event)}, {title}: {_STEP_WORDS[state]}{seconds}{detail}"


_STEP_WORDS: Final = {
    StepState.SUCCEEDED: "done",
    StepState.FAILED: "failed",
    StepState.UNDONE: "undone",
    StepState.SKIPPED: "skipped",
}


def _where(run: Run, event: RunEvent) -> str:
    return f"Step {event.step} of {len(run.steps)}"


def _waits_on(event: RunEvent, before: RunEvent | None) -> bool:
    """Tell whether a wait is the one that was told before: the run looked again, and nothing had changed."""
    return before is not None and (before.what, before.detail) == (event.what, event.detail)


def _waiting_line(run: Run, event: RunEvent) -> str:
    """Name who must act. Why it stopped was said by the step; a wait that no step failed for says it itself."""
    asked = run.waiting_for.what if run.waiting_for else "Retry once the cause is gone, or roll back."
    what = asked if event.step is not None else event.detail or asked
    return f"{RUN_MARKS[RunState.WAITING]} Waiting for {awaited(run)}: {said(what, _MOST_LINE)}"


def _section(lines: Sequence[str]) -> Block:
    return section(_joined(lines))


def _joined(lines: Sequence[str]) -> str:
    """Keep whole lines, the newest ones, and say how many are left out."""
    kept: list[str] = []
    room = _ALL_LINES
    for line in reversed(lines):
        room -= len(line.encode()) + 1
        if room < 0:
            break
        kept.insert(0, line)
    left_out = len(lines) - len(kept)
    return "\n".join([*([fit(f"… {left_out} lines before these", 100)] if left_out else []), *kept])
