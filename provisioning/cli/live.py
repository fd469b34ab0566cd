"""The run as a terminal shows it: eight steps live, the checklist as a table, and what to do next."""

from collections.abc import Iterable
from typing import Self

from rich.console import Console, ConsoleRenderable, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from provisioning.domain.checklist import Check
from provisioning.domain.lockdown import is_fleet
from provisioning.domain.run import Direction, Run, RunState, StepState, StepView

_MARKS = {
    StepState.PENDING: ("·", "dim"),
    StepState.RUNNING: ("▸", "bold cyan"),
    StepState.SUCCEEDED: ("✓", "green"),
    StepState.FAILED: ("✗", "bold red"),
    StepState.UNDONE: ("↺", "yellow"),
    StepState.SKIPPED: ("–", "dim"),
}
_SLOW = 3.0
"""A step that takes this many times its typical time is marked as slower than usual."""


class LiveRun:
    """Follows one run on a console: redrawn in place on a terminal, a line per change anywhere else."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = (
            Live(console=console, refresh_per_second=8, transient=False) if console.is_terminal else None
        )
        self._shown: dict[int, tuple[StepState, str | None]] = {}

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live:
            self._live.stop()

    def show(self, run: Run) -> None:
        if self._live:
            self._live.update(render_steps(run))
            return
        undoing = run.direction is Direction.ROLLBACK
        if undoing and not self._shown:  # what was done before is not news
            self._shown = {step.number: (step.state, step.detail) for step in run.steps}
        for step in reversed(run.steps) if undoing else run.steps:
            line = (step.state, step.detail)
            if step.state is not StepState.PENDING and self._shown.get(step.number) != line:
                self._shown[step.number] = line
                self._console.print(_plain_line(step), markup=False, highlight=False, soft_wrap=True)


def render_steps(run: Run) -> ConsoleRenderable:
    table = Table(box=None, padding=(0, 1), show_header=False, expand=True)
    table.add_column(width=1)
    table.add_column(justify="right", width=1)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for step in run.steps:
        mark, style = _MARKS[step.state]
        table.add_row(
            Text(mark, style),
            Text(str(step.number), "dim"),
            Text(step.title, style if step.state is not StepState.SUCCEEDED else ""),
            Text(_seconds(step), "yellow" if _is_slow(step) else "dim"),
            Text(f"try {step.attempts}" if step.attempts > 1 else "", "yellow"),
            Text(step.detail or "", "red" if step.state is StepState.FAILED else "dim"),
        )
    return Group(
        Text(
            f"{run.kind.value} {run.subdomain if not is_fleet(run.subdomain) else 'of all tenants'}  {run.run_id}",
            "bold",
        ),
        table,
        _overall(run),
    )


def render_checklist(checks: Iterable[Check]) -> ConsoleRenderable:
    table = Table(
        title="Checklist", title_justify="left", title_style="bold", header_style="dim", expand=True
    )
    for column in ("", "check", "expected", "found", "s"):
        table.add_column(column, overflow="fold", justify="right" if column == "s" else "left")
    for check in checks:
        mark, style = _check_mark(check)
        name = check.name.replace("_", " ") + (" (advisory)" if check.advisory else "")
        table.add_row(
            Text(mark, style),
            Text(name),
            Text(check.expected),
            Text(check.found, style if check.failed else ""),
            f"{check.seconds:.2f}",
        )
    return table


def words(state: str) -> str:
    return state.replace("_", " ")


def _check_mark(check: Check) -> tuple[str, str]:
    if check.skipped:
        return "–", "dim"
    if check.failed:
        return ("!", "yellow") if check.advisory else ("✗", "bold red")
    return "✓", "green"


def _overall(run: Run) -> ConsoleRenderable:
    done = sum(step.state in {StepState.SUCCEEDED, StepState.SKIPPED} for step in run.steps)
    row = Table.grid(padding=(0, 1))
    row.add_row(
        ProgressBar(total=len(run.steps), completed=done, width=40),
        Text(f"{done} of {len(run.steps)}"),
        Text(_rest(run), "dim"),
    )
    return row


def _rest(run: Run) -> str:
    """What is left at the guide's usual times (14.7)."""
    if run.state is not RunState.RUNNING:
        return words(run.state)
    left = sum(
        max(0.0, step.typical - (step.seconds or 0.0))
        for step in run.steps
        if step.state in {StepState.PENDING, StepState.RUNNING}
    )
    return f"usually {_duration(left)} more"


def _duration(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"  # noqa: PLR2004


def _seconds(step: StepView) -> str:
    return "" if step.seconds is None or step.state is StepState.PENDING else f"{step.seconds:.1f} s"


def _is_slow(step: StepView) -> bool:
    return step.seconds is not None and step.typical > 0 and step.seconds > _SLOW * step.typical


def _plain_line(step: StepView) -> str:
    parts = [f"{_MARKS[step.state][0]} step {step.number} {step.title}: {step.state}"]
    if step.state is not StepState.RUNNING and step.seconds is not None:
        parts.append(f"in {step.seconds:.1f} s")
    if step.attempts > 1:
        parts.append(f"(try {step.attempts})")
    return " ".join(parts) + (f" - {step.detail}" if step.detail else "")
