"""What nobody uses any more: listed with its cost, and removed only with a second person's approval."""

from collections.abc import Mapping, Sequence
from typing import Any

from provisioning.control_plane.asking import ask, new_approval
from provisioning.control_plane.desk import Desk
from provisioning.control_plane.requests import parse_reason
from provisioning.domain.actor import Actor, Role
from provisioning.domain.approval import NO_TENANT, REMOVE_ORPHAN, Approval
from provisioning.domain.orphan import Orphan, orphan_print
from provisioning.errors import Refused
from provisioning.orphans.finding import find_orphans


class Orphans:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def find(self, actor: Actor, subdomain: str | None = None) -> Sequence[Orphan]:
        """List orphans, of one tenant or all. Asks Supabase and the zone."""
        await self._desk.require(actor, Role.VIEWER, "orphans", subdomain=subdomain)
        return await find_orphans(self._desk.ports, subdomain)

    async def request_removal(
        self,
        actor: Actor,
        ref: str,
        *,
        reason: str,
        confirm: str = "",
        origin: Mapping[str, Any] | None = None,
    ) -> Approval:
        """Ask for an orphan's removal. One whose name is not ours takes `confirm`: its ref, typed again."""
        async with self._desk.admit(
            actor, Role.OPERATOR, "orphans.remove", subdomain=ref, request={"ref": ref}
        ):
            said = parse_reason(reason)
            orphan = await self._get(ref)
            if not orphan.is_ours and confirm.strip() != ref:
                raise Refused(
                    f"{orphan.name} does not have a name that we gave, so it may be somebody else's. "
                    f"Type {ref} again, with --confirm, if you are sure.",
                    code="not_ours",
                    field="confirm",
                )
            asked = new_approval(
                self._desk,
                actor,
                action=REMOVE_ORPHAN,
                subject=ref,
                tenant_id=NO_TENANT,
                shown=orphan_print(orphan),
                request={"ref": ref, "kind": orphan.kind.value, "reason": said, "confirm": confirm.strip()},
                facts={
                    "kind": orphan.kind.words,
                    "name": orphan.name,
                    "tenant": orphan.subdomain,
                    "status": orphan.status,
                    "monthly_cost": orphan.monthly_cost,
                    "found": orphan.found,
                },
                origin=origin,
            )
            async with self._desk.registry.transaction() as tx:
                return await ask(tx, actor, asked)

    async def _get(self, ref: str) -> Orphan:
        for orphan in await find_orphans(self._desk.ports):
            if orphan.ref == ref:
                return orphan
        raise Refused(
            f"{ref} is no orphan; `tenantbot orphans` lists those there are.", code="no_orphan", field="ref"
        )
