"""Gives a plain PostgreSQL what a tenant's schema leans on, and what is there in every Supabase project."""

from collections.abc import Sequence
from typing import Final

import asyncpg

from provisioning.adapters.catalog.reading import quoted, script
from provisioning.errors import Permanent

_ROLES: Final = ("anon", "authenticated", "service_role")


async def make_platform(connection: asyncpg.Connection, roles: Sequence[str] = ()) -> None:
    """Make Supabase's roles, and `roles` besides; and where its schemas are missing, what tenants use of them."""
    await _make_roles(connection, roles)
    if await connection.fetchval("select to_regnamespace('auth') is null"):
        await connection.execute(script("shim"))


async def _make_roles(connection: asyncpg.Connection, roles: Sequence[str]) -> None:
    """Make what grants and policies name. Roles are the whole server's: they stay, with no right to log in."""
    known = {row["rolname"] for row in await connection.fetch("select rolname from pg_roles")}
    for role in [one for one in (*_ROLES, *roles) if one not in known]:
        try:
            await connection.execute(f"create role {quoted(role)} nologin")
        except asyncpg.DuplicateObjectError:
            continue
        except asyncpg.InsufficientPrivilegeError as fault:
            raise Permanent(
                f"The server lacks the role {role}, and {fault}; let an administrator `create role` it.",
                code="restore",
            ) from fault
        known.add(role)
