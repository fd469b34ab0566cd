"""Who acts: a person as one of the surfaces knows them, and what their roles let them do."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person may do. Each role may also do what the ones before it may."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    APPROVER = "approver"


_RANK = {Role.VIEWER: 1, Role.OPERATOR: 2, Role.APPROVER: 3}


@dataclass(frozen=True)
class Actor:
    """A person, named by the surface that let them in and by that surface's own id for them.

    Without a role they are on no list, and may do nothing.
    """

    surface: str
    id: str
    name: str
    role: Role | None
    team: str | None = None
    person: str | None = None
    """Who that is on every surface, where it is known; two tokens and a Slack account may be one person's."""

    def may(self, role: Role) -> bool:
        return self.role is not None and _RANK[self.role] >= _RANK[role]

    @property
    def identity(self) -> str:
        """What tells two people apart, whichever surface each of them uses."""
        return self.person or f"{self.surface}:{self.id}"

    @property
    def label(self) -> str:
        """How people read it: `operator (sandbox)`."""
        return f"{self.name} ({self.surface})"


ENGINE = Actor(surface="engine", id="engine", name="tenantbot", role=Role.OPERATOR)
"""The author of what the engine does by itself: a step that ends, a recheck, a recovery."""
