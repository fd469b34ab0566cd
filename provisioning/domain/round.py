"""A round over all tenants: what it finds of each, and between two of them."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NewType

from pydantic import TypeAdapter

from provisioning.domain.checklist import Check
from provisioning.domain.lockdown import FLEET
from provisioning.domain.run import RunId

ROUND: Final = f"{FLEET}verification"
"""What a round names in place of a subdomain: it keeps no lockdown waiting, and no other round beside it."""

SLOT: Final = "slot"
"""In the request of a round that the clock has started: which of its ticks."""

NoticeId = NewType("NoticeId", str)


@dataclass(frozen=True)
class Verification:
    """What one verification came to. `database` tells it from every other; None: it could not be asked."""

    subdomain: str
    run_id: RunId
    ok: bool
    verdict: str
    checks: tuple[Check, ...] = ()
    database: str | None = None
    at: datetime | None = None


class How(StrEnum):
    """How two tenants are not kept apart."""

    FOREIGN_TOKEN = "foreign_token"  # noqa: S105 - the name of a check
    SHARED_DATABASE = "shared_database"
    WRONG_DATABASE = "wrong_database"


@dataclass(frozen=True)
class Leak:
    """`told` says in a sentence what was seen; `other` is empty where it is not known."""

    subdomain: str
    other: str
    how: How
    told: str


@dataclass(frozen=True)
class Mood:
    """A tenant that has turned, and its verdict now; or how it differs from its version."""

    subdomain: str
    verdict: str


class NoticeKind(StrEnum):
    UNWELL = "unwell"
    WELL = "well"
    LEAK = "leak"
    DRIFT = "drift"


@dataclass(frozen=True)
class Notice:
    """`tenants` are those that turned, or differ from their version; `leaks` those that are not kept apart.

    A leak or a drift is one notice that is kept up to date. Closed, it was found no more.
    """

    notice_id: NoticeId
    kind: NoticeKind
    created_at: datetime
    tenants: tuple[Mood, ...] = ()
    leaks: tuple[Leak, ...] = ()
    closed_at: datetime | None = None
    notes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def print(self) -> str:
        """A short text that differs when people would see a change."""
        seen = [self.content(), self.closed_at is None]
        return hashlib.sha256(json.dumps(seen).encode()).hexdigest()[:16]

    def content(self) -> dict[str, Any]:
        return {
            "tenants": [asdict(one) for one in self.tenants],
            "leaks": [asdict(one) for one in self.leaks],
        }

    @staticmethod
    def read(content: Mapping[str, Any]) -> tuple[tuple[Mood, ...], tuple[Leak, ...]]:
        return _MOODS.validate_python(content["tenants"]), _LEAKS.validate_python(content["leaks"])


def pair_up(subdomains: Sequence[str], *, seed: str) -> dict[str, str]:
    """Give everyone a partner, in another order for every seed; who tries at whom is tried at by them.

    Of an odd number, the last one tries at the first, which is tried at twice.
    """
    order = sorted(subdomains, key=lambda name: hashlib.sha256(f"{seed}/{name}".encode()).digest())
    if len(order) < 2:  # noqa: PLR2004 - it takes two
        return {}
    partners: dict[str, str] = {}
    for at in range(0, len(order) - 1, 2):
        partners[order[at]], partners[order[at + 1]] = order[at + 1], order[at]
    return partners if len(order) % 2 == 0 else {**partners, order[-1]: order[0]}


_MOODS: Final = TypeAdapter(tuple[Mood, ...])
_LEAKS: Final = TypeAdapter(tuple[Leak, ...])
