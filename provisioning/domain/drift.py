"""What a tenant's database is made of, against what its own version of the schema makes: each difference by name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from provisioning.domain.seeds import Seeds

Print = Mapping[str, Mapping[str, str]]
"""A fingerprint: definitions by kind (table, column, index, policy, function, grant, …) and name."""

_PUBLIC: Final = "public."
_WHOLES: Final = ("table", "view", "materialized view")
_PART_OF_COLUMN: Final = "constraint"


@dataclass(frozen=True)
class Difference:
    """One thing that is otherwise. `found` None: it is missing; `expected` None: it is not in that version."""

    kind: str
    name: str
    expected: str | None
    found: str | None

    def told(self, version: str) -> str:
        """`products.note text: not in version 20261124000001`; the kind is named where the name alone does not tell."""
        where = f"version {version}"
        subject = f"{self.name}" if self.kind == "column" else f"{self.kind} {self.name}"
        if self.expected is None:
            defined = f" {self.found}" if self.kind == "column" else ""
            return f"{subject}{defined}: not in {where}"
        if self.found is None:
            return f"{subject}: missing, in {where}" + (f" {self.expected}" if self.kind == "column" else "")
        return f"{subject}: {_short(self.found)}, in {where} {_short(self.expected)}"


@dataclass(frozen=True)
class TenantDrift:
    """What was found of one tenant. `fault`: why it could not be looked at, which proves nothing."""

    subdomain: str
    version: str | None
    findings: tuple[str, ...] = ()
    fault: str | None = None

    @property
    def ok(self) -> bool:
        return not self.findings and self.fault is None


def compare(expected: Print, found: Print) -> Sequence[Difference]:
    """Every difference, by kind and name; the parts of a table that is missing, or one too many, go without saying."""
    differences = [
        Difference(kind, _plain(name), _definition(expected, kind, name), _definition(found, kind, name))
        for kind in sorted({*expected, *found})
        for name in sorted({*expected.get(kind, {}), *found.get(kind, {})})
        if _definition(expected, kind, name) != _definition(found, kind, name)
    ]
    wholes = {
        one.name for one in differences if one.kind in _WHOLES and (one.expected is None or one.found is None)
    }
    indexes_of_constraints = {one.name for one in differences if one.kind == _PART_OF_COLUMN}
    return [
        one
        for one in differences
        if not _goes_without_saying(one, wholes)
        and not (one.kind == "index" and one.name in indexes_of_constraints)
    ]


def compare_seeds(seeds: Seeds, found: Mapping[str, Any]) -> Iterable[str]:
    """How the tenant's default vendor configurations differ from the seeds. It may have chosen fewer of them."""
    expected = {vendor["vendor_name"]: vendor["config_data"] for vendor in seeds.vendor_rows()}
    for name in sorted(found):
        if name not in expected:
            yield f"vendor {name}: a default that is not in the seeds"
        elif places := sorted(_places(expected[name], found[name])):
            yield f"vendor {name}: {', '.join(places)} differ{'s' if len(places) == 1 else ''} from the seeds"


def _definition(print_: Print, kind: str, name: str) -> str | None:
    return print_.get(kind, {}).get(name)


def _plain(name: str) -> str:
    """Names of the schema public go without it, in a grant too."""
    return name.removeprefix(_PUBLIC).replace(f" {_PUBLIC}", " ")


def _goes_without_saying(one: Difference, wholes: set[str]) -> bool:
    if one.kind in _WHOLES:
        return False
    if one.kind == "grant":
        return one.name.split(" ", 1)[1].rpartition(" to ")[0] in wholes
    return one.name in wholes or any(one.name.startswith(f"{whole}.") for whole in wholes)


def _places(expected: Any, found: Any, path: str = "") -> Iterable[str]:
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in expected.keys() | found.keys():
            yield from _places(expected.get(key), found.get(key), f"{path}.{key}" if path else str(key))
    elif expected != found:
        yield path or "all of it"


def _short(definition: str) -> str:
    said = " ".join(definition.split()) or "there"
    return said if len(said) <= 120 else said[:119] + "…"  # noqa: PLR2004
