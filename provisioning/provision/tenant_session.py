"""Opening the tenant's database with the sealed password of its project."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Final

from provisioning.domain.project import DatabaseAddress, Project
from provisioning.domain.secret import Sealed
from provisioning.errors import Permanent
from provisioning.ports import TenantDatabase
from provisioning.provision.ports import At

BAD_CREDENTIALS: Final = "bad_credentials"
"""The code of what a database says to a wrong password."""


def open_tenant_database(at: At, project: Project) -> AbstractAsyncContextManager[TenantDatabase]:
    return _open(at, project.address, project.password)


async def open_recorded_database(at: At) -> AbstractAsyncContextManager[TenantDatabase]:
    """Open the database of a tenant whose project is known to the registry only."""
    async with at.ports.registry.transaction() as tx:
        stored = await tx.tenants.secrets(at.subdomain)
    if stored.address is None or stored.password is None:
        raise Permanent(
            f"The registry has no database for {at.subdomain} yet; provision it first.", code="no_database"
        )
    if stored.next_password is not None:
        return _open_with_either(at, stored.address, stored.password, stored.next_password)
    return _open(at, stored.address, stored.password)


@asynccontextmanager
async def _open_with_either(
    at: At, address: DatabaseAddress, present: Sealed, following: Sealed
) -> AsyncIterator[TenantDatabase]:
    """While the password is being changed, one of the two opens."""
    async with AsyncExitStack() as stack:
        try:
            database = await stack.enter_async_context(_open(at, address, present))
        except Permanent as fault:
            if fault.code != BAD_CREDENTIALS:
                raise
            database = await stack.enter_async_context(_open(at, address, following))
        yield database


def _open(at: At, address: DatabaseAddress, sealed: Sealed) -> AbstractAsyncContextManager[TenantDatabase]:
    password = at.ports.vault.open(sealed, subdomain=at.subdomain, field="project_password")
    return at.ports.databases.open(address, password)
