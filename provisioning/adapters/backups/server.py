"""A database to back up or to restore into: how to reach it, in clear on this machine and encrypted elsewhere."""

import os
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg

from provisioning.adapters.backups.bridge import TlsBridge
from provisioning.adapters.tenant_database.connection import CONNECT_SECONDS, is_loopback, tls_to_tenants
from provisioning.adapters.tenant_database.errors import translated
from provisioning.domain.project import DatabaseAddress
from provisioning.domain.secret import Secret
from provisioning.errors import Permanent


@dataclass(frozen=True)
class Tls:
    """`required`: without encryption there is no connection, rather than one in clear."""

    context: ssl.SSLContext
    required: bool


@dataclass(frozen=True)
class Server:
    host: str
    port: int
    user: str
    password: Secret
    database: str
    tls: Tls | None

    @classmethod
    def of_tenant(cls, address: DatabaseAddress, password: Secret, *, ca_file: Path | None) -> Self:
        tls = None if is_loopback(address.host) else Tls(tls_to_tenants(ca_file), required=True)
        return cls(address.host, address.port, address.user, password, address.database, tls)

    @classmethod
    def from_dsn(cls, dsn: Secret, *, name: str) -> Self:
        """Read postgresql://user:password@host:port/database?sslmode=…; `name` says where it was given."""
        url = urlsplit(dsn.reveal())
        query = {key: values[-1] for key, values in parse_qs(url.query).items()}
        host = query.get("host") or url.hostname or ""
        try:
            port = url.port or 5432
        except ValueError:
            port = 0
        if url.scheme not in {"postgresql", "postgres"} or not host or not port:
            raise Permanent(
                f"{name} is not an address such as postgresql://user:password@host:5432/database.",
                code="bad_dsn",
            )
        user = unquote(url.username or "postgres")
        return cls(
            host=host,
            port=port,
            user=user,
            password=Secret(unquote(url.password or "")),
            database=unquote(url.path.lstrip("/")) or user,
            tls=_tls(host, query),
        )

    def at(self, database: str) -> Self:
        """Give another database of the same server."""
        return replace(self, database=database)

    @asynccontextmanager
    async def connect(self, doing: str) -> AsyncIterator[asyncpg.Connection]:
        """Open a session. `doing` begins the sentence of what goes wrong with connecting."""
        with translated(doing):
            connection = await asyncpg.connect(
                host=self.host,
                port=self.port,
                user=self.user,
                password=self.password.reveal(),
                database=self.database,
                ssl=False if self.tls is None else self.tls.context if self.tls.required else "prefer",
                timeout=CONNECT_SECONDS,
                statement_cache_size=0,
            )
        try:
            yield connection
        finally:
            await _close(connection)

    @asynccontextmanager
    async def environment(self) -> AsyncIterator[dict[str, str]]:
        """Give what PostgreSQL's own programs need to get there; nothing of it is in their arguments.

        Their TLS may be missing (no OpenSSL in the embedded ones) and would not know our certificates:
        an encrypted connection is made by us, and they speak to our end of it.
        """
        if self.tls is None:
            yield self._environment(self.host, self.port)
        else:
            async with TlsBridge(
                self.host, self.port, context=self.tls.context, required=self.tls.required
            ) as bridge:
                yield self._environment(bridge.host, bridge.port)

    def _environment(self, host: str, port: int) -> dict[str, str]:
        return {
            "PATH": os.defpath,
            "LC_ALL": "C",
            "PGHOST": host,
            "PGPORT": str(port),
            "PGUSER": self.user,
            "PGPASSWORD": self.password.reveal(),
            "PGDATABASE": self.database,
            "PGPASSFILE": os.devnull,
            "PGSSLMODE": "disable",
            "PGGSSENCMODE": "disable",
            "PGCONNECT_TIMEOUT": str(int(CONNECT_SECONDS)),
            "PGAPPNAME": "tenantbot",
        }


async def _close(connection: asyncpg.Connection) -> None:
    """Say goodbye; a connection that was lost can't be closed any more, and what lost it is already told."""
    try:
        await connection.close(timeout=CONNECT_SECONDS)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        connection.terminate()


def _tls(host: str, query: dict[str, str]) -> Tls | None:
    """Follow sslmode as PostgreSQL's clients do; without one, encrypt if the server can."""
    mode = query.get("sslmode", "prefer")
    if mode == "disable" or host.startswith("/") or (is_loopback(host) and mode in {"allow", "prefer"}):
        return None
    context = ssl.create_default_context(cafile=query.get("sslrootcert"))
    if not mode.startswith("verify-"):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif mode == "verify-ca":
        context.check_hostname = False
    return Tls(context, required=mode not in {"allow", "prefer"})
