"""Who there is, and who is who: one person may have several ways in."""

from typing import Final

from provisioning.domain.actor import Actor, Role
from tests.fakes.world import OPERATOR, VIEWER

APPROVER: Final = Actor(surface="test", id="approver", name="approver", role=Role.APPROVER)
SECOND_APPROVER: Final = Actor(surface="test", id="approver2", name="second approver", role=Role.APPROVER)
EVERYTHING: Final = Actor(
    surface="slack", id="U0EVERYTHING", name="everything", role=Role.APPROVER, person="slack:U0EVERYTHING"
)
EVERYTHING_ELSEWHERE: Final = Actor(
    surface="cli", id="token:everything", name="everything", role=Role.APPROVER, person="slack:U0EVERYTHING"
)
EVERYBODY: Final = (VIEWER, OPERATOR, APPROVER, SECOND_APPROVER, EVERYTHING, EVERYTHING_ELSEWHERE)

_HUMANS: Final = {(one.surface, one.id): one.name for one in EVERYBODY}
APPROVERS: Final = frozenset(one.name for one in EVERYBODY if one.role is Role.APPROVER)


def human(surface: str, actor_id: str) -> str:
    """Name the person behind an entry of the audit log."""
    return _HUMANS[surface, actor_id]
