"""Opens sessions on tenant databases, encrypted unless the database is on this machine."""

import ipaddress
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg

from provisioning.adapters.tenant_database.errors import translated
from provisioning.adapters.tenant_database.session import PostgresTenantDatabase
from provisioning.domain.project import DatabaseAddress
from provisioning.domain.secret import Secret

CONNECT_SECONDS = 15.0
COMMAND_SECONDS = 120.0


class PostgresTenantDatabases:
    """Implements the port TenantDatabases. With `ca_file` the server's certificate and name are verified."""

    def __init__(self, *, ca_file: Path | None = None) -> None:
        self._tls = tls_to_tenants(ca_file)

    @asynccontextmanager
    async def open(self, address: DatabaseAddress, password: Secret) -> AsyncIterator[PostgresTenantDatabase]:
        with translated(f"Connecting to the tenant database at {address.host}"):
            connection = await asyncpg.connect(
                host=address.host,
                port=address.port,
                user=address.user,
                password=password.reveal(),
                database=address.database,
                ssl=False if is_loopback(address.host) else self._tls,
                timeout=CONNECT_SECONDS,
                command_timeout=COMMAND_SECONDS,
            )
        try:
            yield PostgresTenantDatabase(connection)
        finally:
            await _close(connection)


async def _close(connection: asyncpg.Connection) -> None:
    """Say goodbye; a connection that was lost can't be closed any more, and what lost it is already told."""
    try:
        await connection.close(timeout=CONNECT_SECONDS)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        connection.terminate()


def tls_to_tenants(ca_file: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=ca_file)
    if ca_file is None:
        # Supabase has its own certificate authority: without its file there is encryption only.
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
