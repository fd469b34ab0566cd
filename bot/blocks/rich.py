"""Rich text and tables: words in them are taken as they are, never as markup."""

from collections.abc import Sequence
from typing import Any

from bot.blocks.kit import Block

Leaf = dict[str, Any]


def word(text: str, *, bold: bool = False, code: bool = False) -> Leaf:
    style = {name: True for name, wanted in (("bold", bold), ("code", code)) if wanted}
    return {"type": "text", "text": text, **({"style": style} if style else {})}


def words(text: str) -> list[Leaf]:
    """What stands between backticks is shown as code, as it is in a text with markup."""
    parts = text.split("`")
    if len(parts) % 2 == 0:  # one of them has no partner
        return [word(text)]
    return [word(part, code=at % 2 == 1) for at, part in enumerate(parts) if part]


def rich_text(*lines: Sequence[Leaf]) -> Block:
    """One paragraph per line."""
    return {"type": "rich_text", "elements": [_line(line) for line in lines]}


def rich_list(lines: Sequence[Sequence[Leaf]]) -> Block:
    points = {"type": "rich_text_list", "style": "bullet", "elements": [_line(line) for line in lines]}
    return {"type": "rich_text", "elements": [points]}


def table(rows: Sequence[Sequence[str]]) -> Block:
    """The first row names the columns."""
    return {
        "type": "table",
        "rows": [[{"type": "raw_text", "text": cell} for cell in row] for row in rows],
        "column_settings": [{"is_wrapped": True} for _ in rows[0]],
    }


def _line(leaves: Sequence[Leaf]) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": list(leaves)}
