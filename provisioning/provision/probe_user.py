"""A user of the tenant that exists only while something is tried as a customer would try it."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from provisioning.domain.secret import Secret, new_password
from provisioning.provision.ports import At
from provisioning.provision.tenant_session import open_recorded_database

_BCRYPT_COST: Final = 4
PROBE_DOMAIN: Final = "example.com"  # reserved: nothing sent there arrives anywhere


@dataclass(frozen=True)
class ProbeUser:
    """`vendors` are the tenant's own default vendors, found while its database was open."""

    email: str
    password: Secret
    vendors: tuple[str, ...]


async def make_probe_user(at: At, *, domain: str = PROBE_DOMAIN) -> ProbeUser:
    """Make one, and remove those of earlier tries that were killed."""
    email = f"tenantbot-probe-{secrets.token_hex(6)}@{domain}"
    password = new_password(24)
    hashed = await at.ports.hasher.hash(password, cost=_BCRYPT_COST)
    async with await open_recorded_database(at) as database:
        vendors = await database.default_vendors()
        await database.remove_probe_users(domain=domain)
        await database.ensure_user(
            email=email, password_hash=hashed, full_name="Verification probe", role="analyst"
        )
    return ProbeUser(email, password, tuple(sorted(vendors)))


async def remove_probe_users(at: At) -> None:
    async with await open_recorded_database(at) as database:
        await database.remove_probe_users(domain=PROBE_DOMAIN)


@asynccontextmanager
async def probe_user(at: At, *, domain: str = PROBE_DOMAIN) -> AsyncIterator[ProbeUser]:
    """`domain` tells apart those who make one at the same time: nobody removes another's."""
    made = await make_probe_user(at, domain=domain)
    try:
        yield made
    finally:
        async with await open_recorded_database(at) as database:
            await database.remove_user(made.email)
