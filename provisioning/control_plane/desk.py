"""What every verb works with, and the gate that each of them passes first."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from provisioning.domain.actor import Actor, Role
from provisioning.domain.request import RequestDefaults
from provisioning.domain.run import RunKind
from provisioning.engine.pipeline import Pipeline
from provisioning.errors import Refused
from provisioning.ports import Archive, Clock
from provisioning.provision.ports import ProvisionPorts
from provisioning.registry import AuditEntry, Registry


@dataclass(frozen=True)
class Desk:
    registry: Registry
    ports: ProvisionPorts
    pipelines: Mapping[RunKind, Pipeline[ProvisionPorts]]
    archive: Archive | None
    clock: Clock
    defaults: RequestDefaults
    worker_alive: Callable[[], Awaitable[bool]]
    """Tells whether any process executes runs right now."""

    async def require(self, actor: Actor, role: Role, action: str, *, subdomain: str | None = None) -> None:
        """Let the actor through, or refuse and audit the refusal."""
        if actor.may(role):
            return
        message = f"{actor.name} is {_article(actor.role)}; {action} needs {_article(role)}."
        async with self.registry.transaction() as tx:
            await tx.audit.append(
                actor, AuditEntry(action=action, result="not_allowed", subdomain=subdomain, reason=message)
            )
        raise Refused(message, code="not_allowed")


def _article(role: Role | None) -> str:
    if role is None:
        return "on no list"
    return f"a {role}" if role is Role.VIEWER else f"an {role}"
