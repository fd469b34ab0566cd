"""The two passwords of a tenant's database while it is being changed: which one is set, and which one opens."""

from contextlib import AsyncExitStack
from dataclasses import dataclass

from provisioning.domain.project import DatabaseAddress, ProjectRef
from provisioning.domain.secret import Sealed
from provisioning.errors import Permanent, Transient
from provisioning.ports import TenantDatabase
from provisioning.provision.ports import At
from provisioning.provision.tenant_session import BAD_CREDENTIALS


@dataclass(frozen=True)
class Passwords:
    """The password in use, and the one that is to follow, where there is one."""

    ref: ProjectRef
    address: DatabaseAddress
    present: Sealed
    following: Sealed | None


async def recorded_passwords(at: At) -> Passwords:
    async with at.ports.registry.transaction() as tx:
        tenant, stored = await tx.tenants.find(at.subdomain), await tx.tenants.secrets(at.subdomain)
    if tenant is None or tenant.project_ref is None or stored.address is None or stored.password is None:
        raise Permanent(
            f"The registry has no database for {at.subdomain}, so there is no password to change.",
            code="no_database",
        )
    return Passwords(ProjectRef(tenant.project_ref), stored.address, stored.password, stored.next_password)


async def set_at_supabase(at: At, passwords: Passwords, wanted: Sealed, other: Sealed) -> str:
    """Set the password, by Supabase or, where it won't, by the database's own role. Safe to repeat.

    Returns how; raises Permanent when Supabase refuses and neither of the two opens the database.
    """
    password = at.ports.vault.open(wanted, subdomain=at.subdomain, field="project_password")
    try:
        await at.ports.projects.set_password(passwords.ref, password)
    except Permanent as refusal:
        await at.note(f"{refusal.message} The database's own role sets it instead.")
        async with AsyncExitStack() as stack:
            database = await _open_with_any(at, passwords, (other, wanted), stack)
            if database is None:
                raise Permanent(
                    f"Supabase does not set the password, and neither the old nor the new one opens the database "
                    f"of {at.subdomain}: {refusal.message}",
                    code=BAD_CREDENTIALS,
                ) from refusal
            await database.change_password(password)
        return "by the database's own role"
    return "by Supabase"


async def prove(at: At, passwords: Passwords, wanted: Sealed) -> None:
    """Open the database. Raises Transient while it does not take the password: the pooler hears of it later."""
    async with AsyncExitStack() as stack:
        database = await _open_with_any(at, passwords, (wanted,), stack)
        if database is None:
            raise Transient(
                f"The pooler does not take the password of {passwords.ref} that was set.", code="not_taken"
            )
        await database.size_bytes()


async def _open_with_any(
    at: At, passwords: Passwords, candidates: tuple[Sealed, ...], stack: AsyncExitStack
) -> TenantDatabase | None:
    for sealed in candidates:
        password = at.ports.vault.open(sealed, subdomain=at.subdomain, field="project_password")
        try:
            return await stack.enter_async_context(at.ports.databases.open(passwords.address, password))
        except Permanent as fault:
            if fault.code != BAD_CREDENTIALS:
                raise
    return None
