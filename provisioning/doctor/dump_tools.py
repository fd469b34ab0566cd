"""Is there a pg_dump as new as the tenants' databases? Without one no tenant can be backed up."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from provisioning.doctor.finding import Finding
from provisioning.doctor.surroundings import Surroundings
from provisioning.domain.project import DatabaseAddress
from provisioning.domain.registry_look import RegistryLook
from provisioning.domain.secret import Secret
from provisioning.errors import TenantbotError

NAME: Final = "pg_dump"


async def check_dump_tools(
    at: Surroundings, look: Callable[[], Awaitable[RegistryLook]]
) -> Sequence[Finding]:
    """Hold it against the newest tenant's server, where there is one that opens."""
    tenant = await _newest_tenant(at, look)
    said = await at.find_dump_tools(tenant)
    beside = (
        "the newest tenant's server" if tenant else "the newest that Supabase makes; there is no tenant yet"
    )
    return [Finding(NAME, True, f"{said}, held against {beside}")]


async def _newest_tenant(
    at: Surroundings, look: Callable[[], Awaitable[RegistryLook]]
) -> tuple[DatabaseAddress, Secret] | None:
    try:
        row = (await look()).sealed
        if row is None or row.address is None:
            return None
        return row.address, at.vault.open(row.sealed, subdomain=row.subdomain, field=row.field)
    except TenantbotError:  # told under its own name
        return None
