"""The schema of all tenants: drift, who has which version, pins, and a new version brought to all."""

from collections.abc import AsyncIterator
from typing import Final

from provisioning.control_plane.desk import Desk
from provisioning.control_plane.requests import existing_tenant
from provisioning.domain.actor import Actor, Role
from provisioning.domain.drift import TenantDrift
from provisioning.domain.tenant import TenantState
from provisioning.errors import Refused
from provisioning.fleet.drift import find_drift
from provisioning.registry import every_tenant

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
