"""How PostgreSQL's programs reach a server that insists on encryption: through our end of the connection."""

import asyncio
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trustme

from provisioning.adapters.backups.bridge import TlsBridge
from provisioning.adapters.backups.server import Server, Tls
from provisioning.adapters.backups.tools import find_tools, stream
from provisioning.domain.secret import Secret
from provisioning.errors import Permanent, Transient
from sandbox.postgres import PostgresServer

BOUND = b"SCRAM-SHA-256-PLUS\0"


@asynccontextmanager
async def tls_only(server: PostgresServer, ca: trustme.CA, *, offers: bytes = b"S") -> AsyncIterator[int]:
    """Stand before a server as one with TLS does, and offer the login that is bound to it."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ca.issue_cert("127.0.0.1").configure_cert(context)
    tasks: set[asyncio.Task[None] | None] = set()

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool) -> None:
        while chunk := await reader.read(65536):
            if answers and chunk[:1] == b"R" and chunk[5:9] == struct.pack("!i", 10):
                body = chunk[5:9] + BOUND + chunk[9:]
                chunk = b"R" + struct.pack("!i", len(body) + 4) + body
            writer.write(chunk)

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner, outer = await asyncio.open_connection(server.host, server.port)
        ways = [
            asyncio.ensure_future(copy(reader, outer, answers=False)),
            asyncio.ensure_future(copy(inner, writer, answers=True)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            outer.close()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(this := asyncio.current_task())
        try:
            await reader.readexactly(8)
            writer.write(offers)
            if offers == b"S":
                await writer.start_tls(context)
            await carry(reader, writer)
        except (OSError, EOFError):
            pass
        finally:
            writer.close()
            tasks.discard(this)

    front = await asyncio.start_server(accept, "127.0.0.1", 0)
    yield front.sockets[0].getsockname()[1]
    front.close()
    await asyncio.gather(*(task for task in tasks if task), return_exceptions=True)


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    return trustme.CA()


def behind(server: PostgresServer, port: int, context: ssl.SSLContext, *, required: bool = True) -> Server:
    return Server("127.0.0.1", port, server.user, Secret(server.password), "postgres", Tls(context, required))


def trusting(ca: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    ca.configure_trust(context)
    return context


async def dump(server: Server, bin_dir: Path) -> bytes:
    tools = await find_tools(bin_dir, server_major=15)
    async with server.environment() as environment:
        command = [tools.program("pg_dump"), "--schema-only", "--no-password"]
        return b"".join([chunk async for chunk in stream(command, environment)])


async def test_a_dump_comes_over_verified_encryption(postgres_server: PostgresServer, ca: trustme.CA) -> None:
    async with tls_only(postgres_server, ca) as port:
        assert b"PostgreSQL database dump complete" in await dump(
            behind(postgres_server, port, trusting(ca)), postgres_server.bin_dir
        )


async def test_a_certificate_of_somebody_else_gets_no_login(
    postgres_server: PostgresServer, ca: trustme.CA
) -> None:
    async with tls_only(postgres_server, ca) as port:
        with pytest.raises((Transient, Permanent), match="pg_dump failed"):
            await dump(behind(postgres_server, port, trusting(trustme.CA())), postgres_server.bin_dir)


async def test_nothing_is_said_in_clear_where_encryption_is_required(
    postgres_server: PostgresServer, ca: trustme.CA
) -> None:
    async with tls_only(postgres_server, ca, offers=b"N") as port:
        with pytest.raises((Transient, Permanent), match="pg_dump failed"):
            await dump(behind(postgres_server, port, trusting(ca)), postgres_server.bin_dir)


async def test_a_login_that_is_bound_to_encryption_is_not_offered_further() -> None:
    """Message by message until the login is through, and untouched from then on."""

    def message(body: bytes) -> bytes:
        return b"R" + struct.pack("!i", len(body) + 4) + body

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(8)
        writer.write(b"N")
        offered = struct.pack("!i", 10) + BOUND + b"SCRAM-SHA-256\0\0"
        writer.write(message(offered) + message(struct.pack("!i", 0)) + b"rows with " + BOUND)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    bridge = TlsBridge("127.0.0.1", port, context=ssl.create_default_context(), required=False)
    async with server, bridge:
        reader, writer = await asyncio.open_connection(bridge.host, bridge.port)
        heard = await reader.read()
        writer.close()
    plain = message(struct.pack("!i", 10) + b"SCRAM-SHA-256\0\0")
    assert heard == plain + message(struct.pack("!i", 0)) + b"rows with " + BOUND


@pytest.mark.parametrize(
    ("dsn", "encrypted"),
    [
        ("postgresql://u:p@db.example/x", False),
        ("postgresql://u:p@db.example/x?sslmode=require", True),
        ("postgresql://u:p@db.example:6000/x?sslmode=verify-full", True),
        ("postgresql://u:p@127.0.0.1/x", None),
        ("postgresql://u:p@db.example/x?sslmode=disable", None),
        ("postgresql://u:p@/x?host=/run/postgresql", None),
    ],
)
def test_an_address_says_whether_encryption_is_needed(dsn: str, encrypted: bool | None) -> None:
    server = Server.from_dsn(Secret(dsn), name="it")
    assert (server.tls and server.tls.required) == encrypted
    assert (server.user, server.password.reveal(), server.database) == ("u", "p", "x")


@pytest.mark.parametrize("dsn", ["mysql://u:p@h/x", "h/x", "postgresql://u:p@h:port/x", "postgresql:///x"])
def test_what_is_no_address_is_refused_without_repeating_it(dsn: str) -> None:
    with pytest.raises(Permanent, match=r"^PROOF_DATABASE_URL is not an address") as refused:
        Server.from_dsn(Secret(dsn), name="PROOF_DATABASE_URL")
    assert dsn not in refused.value.message
