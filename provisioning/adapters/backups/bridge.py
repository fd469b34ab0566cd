"""Our end of an encrypted connection to PostgreSQL, for its programs: they connect to this machine in clear.

Plain bytes pass from here to the server's TLS and back. One thing is changed on the way: a server with TLS offers a
login that is bound to the encryption, which a program that sees none would take for an attack.
"""

import asyncio
import ssl
import struct
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Final, Self

_SSL_REQUEST: Final = struct.pack("!ii", 8, 80877103)
_AUTHENTICATION: Final = b"R"
_READY: Final = 0
_SASL: Final = 10
_BOUND: Final = b"SCRAM-SHA-256-PLUS"
_CHUNK: Final = 1 << 16


class TlsBridge:
    """Listens on 127.0.0.1, at a port of the system's choice, while entered."""

    host = "127.0.0.1"

    def __init__(self, host: str, port: int, *, context: ssl.SSLContext, required: bool) -> None:
        self._target = (host, port)
        self._context = context
        self._required = required
        self._connections: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, self.host, 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._carry(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection until either side ends it; what can't be reached is told by hanging up."""
        try:
            from_server, to_server = await asyncio.open_connection(*self._target)
            try:
                await self._encrypt(from_server, to_server)
                await _race(_pump(reader, to_server), _answers(from_server, writer))
            finally:
                to_server.close()
        except (OSError, EOFError):  # the program says it better: its connection was closed
            pass
        finally:
            writer.close()

    async def _encrypt(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(_SSL_REQUEST)
        if await reader.readexactly(1) == b"S":
            await writer.start_tls(self._context, server_hostname=self._target[0])
        elif self._required:
            raise ConnectionRefusedError("the server offers no encryption")


async def _race(*pumps: Coroutine[Any, Any, None]) -> None:
    tasks = [asyncio.ensure_future(pump) for pump in pumps]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass the login message by message, everything after it as it comes."""
    while True:
        kind, size = struct.unpack("!ci", await reader.readexactly(5))
        body = await reader.readexactly(size - 4)
        code = struct.unpack("!i", body[:4])[0] if kind == _AUTHENTICATION else None
        if code == _SASL:
            body = body.replace(_BOUND + b"\0", b"")
        writer.write(struct.pack("!ci", kind, len(body) + 4) + body)
        await writer.drain()
        if code == _READY:
            break
    await _pump(reader, writer)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(_CHUNK):
        writer.write(chunk)
        await writer.drain()
