"""Second projects of one tenant: made when a lost answer and a late one crossed. Paid for, and never used."""

from collections.abc import Sequence
from dataclasses import dataclass

from provisioning.control_plane.desk import Desk
from provisioning.domain.actor import Actor, Role
from provisioning.domain.project import ProjectRef
from provisioning.errors import Refused
from provisioning.registry import AuditEntry


@dataclass(frozen=True)
class Duplicate:
    """A project that carries a tenant's nonce and is not that tenant's project."""

    subdomain: str
    ref: ProjectRef
    name: str
    status: str
    monthly_cost: float


class Duplicates:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def find(self, actor: Actor, subdomain: str | None = None) -> Sequence[Duplicate]:
        """List second projects, of one tenant or of all. Asks Supabase once for all of them."""
        await self._desk.require(actor, Role.VIEWER, "orphans", subdomain=subdomain)
        owners = await self._owners(subdomain)
        found = await self._desk.ports.projects.find_named_like("TaskifAI - ")
        return [
            Duplicate(
                owners[one.name][0], one.ref, one.name, one.status, self._desk.ports.policy.monthly_cost
            )
            for one in found
            if one.name in owners and owners[one.name][1] not in {None, one.ref}
        ]

    async def remove(self, actor: Actor, ref: str) -> Duplicate:
        """Delete one second project. It carries our nonce and no tenant uses it; anything else is refused."""
        async with self._desk.admit(actor, Role.OPERATOR, "orphans.remove"):
            for duplicate in await self.find(actor):
                if duplicate.ref == ref:
                    await self._delete(actor, duplicate)
                    return duplicate
            raise Refused(
                f"{ref} is not a second project of any tenant; `tenantbot orphans` lists those.",
                code="not_a_duplicate",
            )

    async def _delete(self, actor: Actor, duplicate: Duplicate) -> None:
        entry = AuditEntry(
            action="orphans.remove",
            result="accepted",
            subdomain=duplicate.subdomain,
            details={"ref": duplicate.ref},
        )
        await self._desk.record(actor, entry)
        await self._desk.ports.projects.delete(duplicate.ref)

    async def _owners(self, subdomain: str | None) -> dict[str, tuple[str, str | None]]:
        """Project name → the tenant it was made for and the project it uses."""
        async with self._desk.registry.transaction() as tx:
            tenants = (
                [await tx.tenants.find(subdomain)]
                if subdomain
                else (await tx.tenants.list(text="", limit=10_000, offset=0))[0]
            )
        return {
            one.project_name: (one.subdomain, one.project_ref)
            for one in tenants
            if one is not None and one.project_name
        }
