"""Opening the tenant's database with the sealed password of its project."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from typing import Final

from provisioning.domain.project import DatabaseAddress, Project
from provisioning.domain.secret import Sealed
from provisioning.errors import Permanent
from provisioning.ports import TenantDatabase
from provisioning.provision.ports import At, ProvisionPorts

BAD_CREDENTIALS: Final = "bad_credentials"
"""The code of what a database says to a wrong password."""


def open_tenant_database(at: At, project: Project) -> AbstractAsyncContextManager[TenantDatabase]:
    return _open(at.ports, at.subdomain, project.address, project.password)


async def open_recorded_database(at: At) -> AbstractAsyncContextManager[TenantDatabase]:
    """Open the database of a tenant whose project is known to the registry only."""
    return await open_database_of(at.ports, at.subdomain)


async def open_database_of(
    ports: ProvisionPorts, subdomain: str
) -> AbstractAsyncContextManager[TenantDatabase]:
    if ports.session is not None:
        return nullcontext(ports.session)
    async with ports.registry.transaction() as tx:
        stored = await tx.tenants.secrets(subdomain)
    if stored.address is not None and stored.password is None:
        raise Permanent(
            f"Nobody has told the database password of {subdomain}: register it again, with database_password, "
            "and its run goes on.",
            code="no_password",
        )
    if stored.address is None or stored.password is None:
        raise Permanent(
            f"The registry has no database for {subdomain} yet; provision it first.", code="no_database"
        )
    if stored.next_password is not None:
        return _open_with_either(ports, subdomain, stored.address, stored.password, stored.next_password)
    return _open(ports, subdomain, stored.address, stored.password)


@asynccontextmanager
async def _open_with_either(
    ports: ProvisionPorts, subdomain: str, address: DatabaseAddress, present: Sealed, following: Sealed
) -> AsyncIterator[TenantDatabase]:
    """While the password is being changed, one of the two opens."""
    async with AsyncExitStack() as stack:
        try:
            database = await stack.enter_async_context(_open(ports, subdomain, address, present))
        except Permanent as fault:
            if fault.code != BAD_CREDENTIALS:
                raise
            database = await stack.enter_async_context(_open(ports, subdomain, address, following))
        yield database


def _open(
    ports: ProvisionPorts, subdomain: str, address: DatabaseAddress, sealed: Sealed
) -> AbstractAsyncContextManager[TenantDatabase]:
    password = ports.vault.open(sealed, subdomain=subdomain, field="project_password")
    return ports.databases.open(address, password)
