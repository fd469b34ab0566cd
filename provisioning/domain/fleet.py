"""A schema change of all tenants: its request, its rings, and how far each tenant is."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final, Self

from provisioning.domain.run import Run
from provisioning.domain.tenant import Tenant

RINGS: Final = (1, 2, 3)
"""One tenant, a tenth of the others, all others."""

UPGRADE: Final = "fleet"
"""What an approval of a schema change is for; its run is of the kind of the same name."""


class MemberState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    LEFT_OUT = "left out"


@dataclass(frozen=True)
class Member:
    """A tenant in an upgrade. `detail` says what failed, or why it was left out."""

    subdomain: str
    ring: int
    from_version: str
    state: MemberState
    detail: str | None = None
    backup: str | None = None


@dataclass(frozen=True)
class UpgradeRequest:
    """What a run brings to all: the schema up to `to`, in exactly the files of this fingerprint.

    `destructive` are the versions that may lose something, so that each tenant is backed up before them.
    """

    to: str
    files: str
    reason: str
    destructive: tuple[str, ...] = ()
    first: str | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            to=data["to"],
            files=data["files"],
            reason=data["reason"],
            destructive=tuple(data["destructive"]),
            first=data["first"],
        )


@dataclass(frozen=True)
class AtVersion:
    """How many living tenants have a version, and how many of them are pinned to it. None: of none that is recorded."""

    version: str | None
    tenants: int
    pinned: int


@dataclass(frozen=True)
class FleetStatus:
    """Who is where. `newest` is the version of the newest file; `run` the open or latest upgrade."""

    newest: str
    versions: Sequence[AtVersion]
    pinned: Sequence[Tenant]
    run: Run | None
    failed: Sequence[Member]

    @property
    def behind(self) -> int:
        """Tenants that the next upgrade is for."""
        return sum(
            one.tenants - one.pinned
            for one in self.versions
            if one.version is not None and one.version < self.newest
        )


def ring_sizes(tenants: int) -> Mapping[int, int]:
    """1, then a tenth of all, then the rest."""
    first = min(tenants, 1)
    tenth = min(tenants - first, -(-tenants // 10))
    return {1: first, 2: tenth, 3: tenants - first - tenth}
