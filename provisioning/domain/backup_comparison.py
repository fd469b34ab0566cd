"""Compares a restored database with what the manifest says was dumped. Differences name things, never their content."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from provisioning.domain.backup import Contents, TableManifest

_IDENTIFIER: Final = r'(?:"(?:[^"]|"")+"|\b[a-z_0-9]+)'
_NOISE: Final = re.compile(
    rf"""\s | [()]
      | ::(?:{_IDENTIFIER}\.)?{_IDENTIFIER}(?:[ ](?:varying|precision|with(?:out)?[ ]time[ ]zone))?(?:\[\])*
    """,
    re.VERBOSE,
)
"""What one expression is written with, or without, after it was read in once more: space, brackets, casts."""

_QUALIFIER: Final = re.compile(rf'{_IDENTIFIER}\.(?=["\w])')
"""What one major version writes before a column's name, and another does not."""

_VERBATIM: Final = frozenset({"function"})
"""Kinds whose definition is kept as it was typed."""

_SINCE_17: Final = "MAINTAIN "
"""A privilege that `grant all` gives on newer servers only."""


def differences(expected: Contents, found: Contents, *, same_major: bool) -> list[str]:
    """Name everything that is missing, too much or different, in a fixed order; empty when all is equal."""
    return [
        *_tables(expected, found),
        *_sequences(expected, found),
        *_extensions(expected, found),
        *_catalog(expected.catalog, found.catalog, same_major=same_major),
    ]


def row_differences(expected: Contents, found: Contents) -> list[str]:
    """Name the tables that have other rows, or are missing or too much."""
    return list(_tables(expected, found))


def _tables(expected: Contents, found: Contents) -> Iterator[str]:
    wanted = {table.label: table for table in (*expected.tables, *expected.carried)}
    there = {table.label: table for table in (*found.tables, *found.carried)}
    for label, table in wanted.items():
        if label not in there:
            yield f"table {label} is missing"
        else:
            yield from _rows(table, there[label])
    yield from (f"table {label} is too much" for label in there.keys() - wanted.keys() if there[label].rows)


def _rows(expected: TableManifest, found: TableManifest) -> Iterator[str]:
    if expected.rows != found.rows:
        yield f"table {expected.label} has {found.rows} rows instead of {expected.rows}"
    elif expected.checksum != found.checksum:
        yield f"table {expected.label} has other rows"


def _sequences(expected: Contents, found: Contents) -> Iterator[str]:
    there = {one.name: one for one in found.sequences}
    for one in expected.sequences:
        if one.name in there and not one.low <= there[one.name].low <= one.high:
            yield f"sequence {one.name} gives another value next"


def _extensions(expected: Contents, found: Contents) -> Iterator[str]:
    there = {one.name for one in found.extensions}
    for one in expected.extensions:
        if one.needed_by and one.name not in there:
            yield f"extension {one.name} is missing"


def _catalog(
    expected: Mapping[str, Mapping[str, str]], found: Mapping[str, Mapping[str, str]], *, same_major: bool
) -> Iterator[str]:
    for kind in sorted(expected.keys() | found.keys()):
        wanted, there = expected.get(kind, {}), found.get(kind, {})
        for name in sorted(wanted.keys() | there.keys()):
            if kind == "grant" and name.startswith(_SINCE_17) and not same_major:
                continue
            if name not in there:
                yield f"{kind} {name} is missing"
            elif name not in wanted:
                yield f"{kind} {name} is too much"
            elif not _same(kind, wanted[name], there[name], same_major=same_major):
                yield f"{kind} {name} differs"


def _same(kind: str, expected: str, found: str, *, same_major: bool) -> bool:
    if expected == found or (same_major and kind in _VERBATIM):
        return expected == found
    expected, found = _NOISE.sub("", expected), _NOISE.sub("", found)
    return expected == found or (not same_major and _QUALIFIER.sub("", expected) == _QUALIFIER.sub("", found))
