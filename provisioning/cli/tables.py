"""Tables and ages as the terminal shows them."""

from collections.abc import Collection
from datetime import UTC, datetime

from rich.table import Table
from rich.text import Text


def new_table(*columns: str, whole: Collection[str] = ()) -> Table:
    """Columns in `whole` are never broken over lines, so that what they hold can be copied."""
    table = Table(box=None, header_style="dim", padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in whole)
    return table


def add_row(table: Table, *cells: str) -> None:
    """Add a row of plain text: a company may be called `[/b]`."""
    table.add_row(*(Text(cell) for cell in cells))


def age(since: datetime) -> str:
    seconds = (datetime.now(UTC) - since).total_seconds()
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds // size:.0f} {unit}"
    return f"{seconds:.0f} s"
