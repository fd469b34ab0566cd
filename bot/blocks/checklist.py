"""The checklist of a verification: a table of what was expected and what was found, or a list where none can be shown."""

from collections.abc import Sequence
from typing import Final

from bot.blocks.kit import Block
from bot.blocks.rich import Leaf, rich_list, table, word
from bot.blocks.run_steps import Shape
from bot.blocks.words import bare
from provisioning.domain.checklist import Check
from provisioning.domain.counting import count

_COLUMNS: Final = ("check", "expected", "found", "result")
_MOST_ROWS: Final = 100
_ALL_CELLS: Final = 5000
"""Bytes for all cells together: well below what Slack takes in a table, and in a message."""
_MOST_CELL: Final = 300


def checklist_block(checks: Sequence[Check], *, shape: Shape) -> Block:
    room = _MOST_ROWS - 2  # one row names the columns, one may say how many more there are
    shown, hidden = checks[:room], len(checks) - room
    limit = min(_MOST_CELL, (_ALL_CELLS // (len(shown) + 2)) // len(_COLUMNS))
    rows = [_row(check, limit) for check in shown]
    if hidden > 0:
        rows.append((f"{count(hidden, 'check')} more", "", "", ""))
    if shape == "plan":
        return table([_COLUMNS, *rows])
    return rich_list([_point(row) for row in rows])


def result(check: Check) -> str:
    if check.skipped:
        return "– skipped"
    if check.failed:
        return "! failed (advisory)" if check.advisory else "✗ failed"
    return "✓ passed"


def _row(check: Check, limit: int) -> tuple[str, str, str, str]:
    name = bare(check.name.replace("_", " "), limit)
    return name, bare(check.expected, limit), bare(check.found, limit), result(check)


def _point(row: tuple[str, str, str, str]) -> list[Leaf]:
    name, expected, found, came_to = row
    if not came_to:
        return [word(name)]
    return [word(f"{came_to}: "), word(name, bold=True), word(f" – expected {expected}, found {found}")]
