"""What the world sees under a name: wildcards and empty non-terminals as RFC 4592 has them."""

from importlib.resources import files

import asyncpg
import dns.name

from sandbox.dns.record import Record
from sandbox.state import State

_LOOKUP = (files("sandbox.dns") / "lookup.sql").read_text(encoding="utf-8")


async def look_up(state: State, name: str, origin: str) -> list[Record] | None:
    """Return the visible records that answer for a name in the zone `origin`, or None where nothing is.

    A name that exists, if only because of one below it, is never answered by a wildcard.
    """
    path = _path(name, origin)
    above = path[1:]
    nodes = _nodes(await state.pool.fetch(_LOOKUP, [*path, *(f"*.{ancestor}" for ancestor in above)]))
    if path[0] in nodes:
        return nodes[path[0]]
    for ancestor in above:
        if ancestor in nodes:
            return nodes.get(f"*.{ancestor}")
    return None


def _path(name: str, origin: str) -> list[str]:
    """Return the name and its ancestors up to the zone's own name."""
    at = dns.name.from_text(name)
    path = [_text(at)]
    while path[-1] != origin:
        at = at.parent()
        path.append(_text(at))
    return path


def _text(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower()


def _nodes(rows: list[asyncpg.Record]) -> dict[str, list[Record]]:
    nodes: dict[str, list[Record]] = {}
    for row in rows:
        fields = dict(row)
        node = nodes.setdefault(fields.pop("candidate"), [])
        if fields["id"] is not None:
            node.append(Record(**fields))
    return nodes
