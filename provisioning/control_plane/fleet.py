"""The schema of all tenants: drift, who has which version, and who is to keep theirs."""

from collections.abc import AsyncIterator
from typing import Final

from provisioning.control_plane.desk import Desk
from provisioning.control_plane.requests import existing_tenant, parse_reason
from provisioning.control_plane.upgrades import latest_upgrade
from provisioning.domain.actor import Actor, Role
from provisioning.domain.drift import TenantDrift
from provisioning.domain.fleet import FleetStatus, MemberState
from provisioning.domain.tenant import Tenant, TenantState
from provisioning.errors import Refused
from provisioning.lifecycle.drift import find_drift
from provisioning.registry import AuditEntry, every_tenant

_MOST_NAMED: Final = 100
_WITHOUT_DATABASE: Final = (TenantState.PROVISIONING, TenantState.DELETED)


class Fleet:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def drift(self, actor: Actor, subdomain: str | None = None) -> AsyncIterator[TenantDrift]:
        """Compare one tenant, or each in turn, with its own version of the schema and with the seeds; read only."""
        async with self._desk.admit(actor, Role.OPERATOR, "fleet.drift", subdomain=subdomain):
            subdomains = self._one(subdomain) if subdomain else self._all()
            async for found in find_drift(self._desk.ports, subdomains):
                yield found

    async def status(self, actor: Actor) -> FleetStatus:
        """Who has which version, who is pinned, and how the open or latest upgrade stands."""
        await self._desk.require(actor, Role.VIEWER, "fleet.status")
        newest = (await self._desk.ports.schema.files())[-1].version
        async with self._desk.registry.transaction() as tx:
            run = await latest_upgrade(tx)
            failed = run and await tx.fleet.members(
                run.run_id, states=[MemberState.FAILED], limit=_MOST_NAMED
            )
            return FleetStatus(
                newest=newest,
                versions=await tx.fleet.versions(),
                pinned=await tx.fleet.pinned(limit=_MOST_NAMED),
                run=run,
                failed=failed or (),
            )

    async def pin(self, actor: Actor, subdomain: str, *, reason: str) -> Tenant:
        """Keep a tenant at its version: upgrades leave it out until it is unpinned."""
        async with self._desk.admit(
            actor, Role.OPERATOR, "fleet.pin", subdomain=subdomain, request={"reason": reason}
        ):
            return await self._pin(actor, subdomain, "pin", parse_reason(reason))

    async def unpin(self, actor: Actor, subdomain: str) -> Tenant:
        """Let a tenant go with the others again, from the next upgrade on. One that is not pinned stays as it is."""
        async with self._desk.admit(actor, Role.OPERATOR, "fleet.unpin", subdomain=subdomain):
            return await self._pin(actor, subdomain, "unpin", None)

    async def _pin(self, actor: Actor, subdomain: str, action: str, reason: str | None) -> Tenant:
        async with self._desk.registry.transaction() as tx:
            await existing_tenant(tx, subdomain)
            await tx.fleet.pin(subdomain, reason=reason, by=actor.label)
            entry = AuditEntry(f"fleet.{action}", "accepted", subdomain=subdomain, reason=reason)
            await tx.audit.append(actor, entry)
            return await existing_tenant(tx, subdomain)

    async def _one(self, subdomain: str) -> AsyncIterator[str]:
        async with self._desk.registry.transaction() as tx:
            tenant = await existing_tenant(tx, subdomain)
        if tenant.state is TenantState.PROVISIONING:
            raise Refused(f"{subdomain} is not provisioned yet.", code="not_provisioned", field="subdomain")
        yield subdomain

    async def _all(self) -> AsyncIterator[str]:
        async for tenant in every_tenant(self._desk.registry):
            if tenant.state not in _WITHOUT_DATABASE:
                yield tenant.subdomain
