"""One look at the registry over a connection of its own, whatever state the registry is in."""

from typing import Final

import asyncpg

from provisioning.adapters.registry.schema import missing_versions
from provisioning.domain.project import DatabaseAddress
from provisioning.domain.registry_look import RegistryLook, SealedRow
from provisioning.domain.secret import Sealed, Secret
from provisioning.engine.lease import any_worker_alive
from provisioning.errors import Permanent, Transient

_SECONDS: Final = 10
_NEWEST: Final = """
select subdomain, project_password, database_host, database_port, database_user, database_name from tenants
where project_password is not null and database_host is not null and state <> 'deleted'
order by created_at desc limit 1
"""


async def look_at_registry(dsn: Secret) -> RegistryLook:
    """Raises Transient where the server is not reached, Permanent where it refuses what we ask."""
    try:
        connection = await asyncpg.connect(dsn.reveal(), timeout=_SECONDS, command_timeout=_SECONDS)
        try:
            return await _look(connection)
        finally:
            connection.terminate()
    except (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError) as fault:
        raise Permanent("The registry's database refuses the login; correct DATABASE_URL.") from fault
    except asyncpg.InvalidCatalogNameError as fault:
        raise Permanent(
            "There is no such database on the registry's server; make it, or correct DATABASE_URL."
        ) from fault
    except asyncpg.InsufficientPrivilegeError as fault:
        raise Permanent(
            "DATABASE_URL's user may not read the registry's tables; let it own the database."
        ) from fault
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as fault:
        raise Transient(
            f"The registry's database can't be opened ({type(fault).__name__}); "
            "check DATABASE_URL, and that PostgreSQL runs there."
        ) from fault


async def _look(connection: asyncpg.Connection) -> RegistryLook:
    missing = await missing_versions(connection)
    return RegistryLook(
        missing=missing,
        server_version=await connection.fetchval("show server_version"),
        worker_alive=await any_worker_alive(connection),
        sealed=None if missing else await _sealed_row(connection),
        now=await connection.fetchval("select clock_timestamp()"),
    )


async def _sealed_row(connection: asyncpg.Connection) -> SealedRow | None:
    """Find a tenant's password, else the key of the audit log, which is there from the first command on."""
    if (row := await connection.fetchrow(_NEWEST)) is not None:
        address = DatabaseAddress(
            row["database_host"], row["database_port"], row["database_user"], row["database_name"]
        )
        return SealedRow(Sealed(row["project_password"]), row["subdomain"], "project_password", address)
    row = await connection.fetchrow("select key_id, key from audit_keys order by made_at desc limit 1")
    return None if row is None else SealedRow(Sealed(row["key"]), "audit_keys", row["key_id"])
