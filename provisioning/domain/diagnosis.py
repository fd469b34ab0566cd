"""A diagnosis: what was asked about a tenant, what was found, and what that comes down to (guide 14.6)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Issue(StrEnum):
    """The guide's four issues, in the order in which they are told: what is most dangerous first."""

    LEAK = "leak"
    NOT_FOUND = "not_found"
    DATABASE = "database"
    DNS = "dns"

    @property
    def heading(self) -> str:
        return _TITLES[self]


_TITLES = {
    Issue.LEAK: "Cross-tenant data leak",
    Issue.NOT_FOUND: "Tenant not found",
    Issue.DATABASE: "Database connection",
    Issue.DNS: "Subdomain not resolving",
}


class Outcome(StrEnum):
    """`unknown`: it was asked, and nobody answered; `skipped`: there was nothing to ask, or no way to."""

    OK = "ok"
    BAD = "bad"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Probe:
    """One question and its answer: the evidence."""

    issue: Issue
    name: str
    asked: str
    expected: str
    found: str
    outcome: Outcome
    seconds: float = 0.0


class Sure(StrEnum):
    """How sure a cause is. `unclear`: something could not be asked, and nothing else explains it."""

    CERTAIN = "certain"
    LIKELY = "likely"
    UNCLEAR = "unclear"


class FixVerb(StrEnum):
    """What mends it: a verb of the control plane, one of the repairs, or a person outside."""

    ACTIVATE = "activate"
    ROTATE = "rotate"
    VERIFY = "verify"
    RETRY = "retry"
    LOCKDOWN = "lockdown"
    NOTIFY = "notify"
    REPUBLISH = "republish"
    ADD_RECORD = "add_record"
    READ_KEYS = "read_keys"
    RESTORE_PROJECT = "restore_project"
    BY_HAND = "by_hand"


REPAIRS = frozenset({FixVerb.REPUBLISH, FixVerb.ADD_RECORD, FixVerb.READ_KEYS, FixVerb.RESTORE_PROJECT})
"""What a repair run does; each is verified afterwards."""


@dataclass(frozen=True)
class Fix:
    """`plan` says line by line what happens, or what somebody has to do."""

    verb: FixVerb
    label: str
    plan: tuple[str, ...]


@dataclass(frozen=True)
class Cause:
    """One sentence that explains the evidence. `code` is a stable word for scripts."""

    issue: Issue
    code: str
    sentence: str
    sure: Sure
    fixes: tuple[Fix, ...] = ()
    affected: tuple[str, ...] = ()
    """Other tenants that it concerns too."""


@dataclass(frozen=True)
class Diagnosis:
    subdomain: str
    made_at: datetime
    seconds: float
    issues: tuple[Issue, ...]
    """What was looked into."""
    probes: tuple[Probe, ...]
    causes: tuple[Cause, ...] = field(default=())
    """What explains it first; the others were found besides."""
    incident: str | None = None
    """Where the evidence of a leak is kept, in the archive."""

    @property
    def cause(self) -> Cause | None:
        return self.causes[0] if self.causes else None

    @property
    def healthy(self) -> bool:
        return not self.causes


_SURENESS = tuple(Sure)
_ORDER = tuple(Issue)


def ranked(causes: Sequence[Cause]) -> tuple[Cause, ...]:
    """What is sure comes before what is not, and among those what is most dangerous; guesses only where nothing is sure."""
    known = [one for one in causes if one.sure is not Sure.UNCLEAR]
    return tuple(
        sorted(known or causes, key=lambda one: (_SURENESS.index(one.sure), _ORDER.index(one.issue)))
    )
