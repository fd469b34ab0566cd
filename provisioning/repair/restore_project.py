"""A paused project is restored by Supabase, and waited for."""

from datetime import timedelta
from typing import Final

from provisioning.domain.project import ProjectRef
from provisioning.engine.waiting import wait_until
from provisioning.errors import Permanent
from provisioning.provision.ports import At
from provisioning.provision.tenant_session import open_recorded_database

LONGEST: Final = timedelta(minutes=40)
"""Restoring takes three minutes mostly, and was seen to take more than twenty."""
_PAUSED, _UP = "INACTIVE", "ACTIVE_HEALTHY"


async def restore_project(at: At) -> str:
    """Ask for it once, while it is paused; then wait until the database lets us in."""
    async with at.ports.registry.transaction() as tx:
        tenant = await tx.tenants.find(at.subdomain)
    if tenant is None or tenant.project_ref is None:
        raise Permanent(f"The registry has no project of {at.subdomain}.", code="no_database")
    ref = ProjectRef(tenant.project_ref)
    if await _status(at, ref) == _PAUSED:
        await at.ports.projects.restore(ref)
        await at.note(f"{ref}: Supabase restores it")

    async def up() -> bool | None:
        return True if await _status(at, ref) == _UP else None

    async def lets_in() -> bool:
        async with await open_recorded_database(at):
            return True

    until = at.started_at + LONGEST
    await wait_until(at.clock, up, deadline=until, late=lambda: f"{ref} is not {_UP} yet.")
    await wait_until(at.clock, lets_in, deadline=until, late=lambda: f"The pooler does not know {ref} yet.")
    return f"{ref} is {_UP}, and lets us in"


async def _status(at: At, ref: ProjectRef) -> str:
    found = await at.ports.projects.status(ref)
    if found is None:
        raise Permanent(f"The project {ref} does not exist any more.", code="project_gone")
    return found.status
