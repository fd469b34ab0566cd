"""What a surface asks before it lets a request in, and where it says whom it has turned away."""

from provisioning.control_plane.desk import Desk
from provisioning.control_plane.refusals import line
from provisioning.domain.actor import Actor, Role
from provisioning.registry import AuditEntry


class Gate:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def first_time(self, key: str) -> bool:
        """Tell whether this request comes for the first time, at whichever process."""
        async with self._desk.registry.transaction() as tx:
            return await tx.seen_requests.first_time(key)

    async def require(self, actor: Actor, role: Role, action: str) -> None:
        """Raise Refused, and record it, unless the actor's role is enough. For what a surface does before it asks."""
        await self._desk.require(actor, role, action)

    async def refuse(self, actor: Actor, action: str, reason: str) -> None:
        """Record that somebody was turned away at the surface."""
        await self._desk.record(actor, AuditEntry(action=action, result="not_allowed", reason=line(reason)))
