"""Opening the tenant's database with the sealed password of its project."""

from contextlib import AbstractAsyncContextManager

from provisioning.domain.project import DatabaseAddress, Project
from provisioning.domain.secret import Sealed
from provisioning.errors import Permanent
from provisioning.ports import TenantDatabase
from provisioning.provision.ports import At


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
    return _open(at, stored.address, stored.password)


def _open(at: At, address: DatabaseAddress, sealed: Sealed) -> AbstractAsyncContextManager[TenantDatabase]:
    password = at.ports.vault.open(sealed, subdomain=at.subdomain, field="project_password")
    return at.ports.databases.open(address, password)
