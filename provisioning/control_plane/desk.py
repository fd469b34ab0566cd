"""What every verb works with, and the gate that each of them passes first."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from provisioning.control_plane.refusals import line, refusal_entry
from provisioning.domain.actor import Actor, Role
from provisioning.domain.request import RequestDefaults
from provisioning.domain.run import RunKind
from provisioning.engine.pipeline import Pipeline
from provisioning.errors import Refused, TenantbotError, Transient
from provisioning.ports import Archive, Clock, Sealing
from provisioning.probes import Probes
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
    sealing: Sealing
    probes: Probes

    async def require(self, actor: Actor, role: Role, action: str, *, subdomain: str | None = None) -> None:
        """Let the actor through, or refuse and audit the refusal."""
        if actor.may(role):
            return
        message = f"{actor.name} is {_article(actor.role)}; {action} needs {_article(role)}."
        await self.record(
            actor,
            AuditEntry(action=action, result="not_allowed", subdomain=line(subdomain), reason=line(message)),
        )
        raise Refused(message, code="not_allowed")

    @asynccontextmanager
    async def admit(
        self,
        actor: Actor,
        role: Role,
        action: str,
        *,
        subdomain: str | None = None,
        request: Mapping[str, Any] | None = None,
    ) -> AsyncIterator[None]:
        """Let the actor through, and audit what becomes of it when that is a refusal or a failure.

        What goes well is audited by the verb itself, together with what it changes.
        """
        await self.require(actor, role, action, subdomain=subdomain)
        try:
            yield
        except TenantbotError as fault:
            with suppress(Transient):  # the database is away, which is what the person is about to hear
                await self.record(actor, refusal_entry(action, fault, subdomain=subdomain, request=request))
            raise

    async def record(self, actor: Actor, entry: AuditEntry) -> None:
        """Audit what changes nothing else."""
        async with self.registry.transaction() as tx:
            await tx.audit.append(actor, entry)


def _article(role: Role | None) -> str:
    if role is None:
        return "on no list"
    return f"a {role}" if role is Role.VIEWER else f"an {role}"
