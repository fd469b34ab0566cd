"""The list of records: filters and pages as the query string asks for them; unknown filters are refused."""

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.cloudflare.envelope import invalid
from sandbox.cloudflare.fields import TYPES
from sandbox.dns.record import Record

_FILTERS: dict[str, Callable[[Record], str]] = {
    "type": lambda record: record.type,
    "name": lambda record: record.name,
    "name.exact": lambda record: record.name,
    "content": lambda record: record.value,
    "content.exact": lambda record: record.value,
    "comment.exact": lambda record: record.comment,
}
_PER_PAGE, _MOST_PER_PAGE = 100, 5000


def select(records: list[Record], query: Mapping[str, str]) -> tuple[list[Record], dict[str, Any]]:
    """Return one page, and what there is beyond it."""
    if unknown := query.keys() - _FILTERS.keys() - {"page", "per_page"}:
        raise invalid(f"The sandbox does not play the filter {min(unknown)}.")
    found = [record for record in records if record.type in TYPES and _matches(record, query)]
    page = _number(query.get("page", "1"), "page", 1_000_000)
    per_page = _number(query.get("per_page", str(_PER_PAGE)), "per_page", _MOST_PER_PAGE)
    shown = found[(page - 1) * per_page : page * per_page]
    return shown, {
        "page": page,
        "per_page": per_page,
        "count": len(shown),
        "total_count": len(found),
        "total_pages": -(-len(found) // per_page),
    }


def _matches(record: Record, query: Mapping[str, str]) -> bool:
    return all(
        value_of(record).lower() == query[name].lower()
        for name, value_of in _FILTERS.items()
        if name in query
    )


def _number(text: str, name: str, most: int) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= most:
        raise invalid(f"{name} must be between 1 and {most}.")
    return int(text)
