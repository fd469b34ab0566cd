"""A connection pooler that takes logins and says no: as much of PostgreSQL's protocol as that needs."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

SSL_REQUEST = 80877103


@dataclass
class RefusingPooler:
    """Answers every login with one error; with a certificate, it offers encryption first."""

    sqlstate: str
    message: str
    tls: ssl.SSLContext | None = None
    closes_silently: bool = False
    encrypted_logins: int = 0
    port: int = 0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["RefusingPooler"]:
        server = await asyncio.start_server(self._talk, "127.0.0.1")
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await server.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        with contextlib.suppress(asyncio.IncompleteReadError, OSError):
            await self._refuse(reader, writer)
        writer.close()

    async def _refuse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await self._read_startup(reader) == SSL_REQUEST:
            writer.write(b"S" if self.tls else b"N")
            await writer.drain()
            if self.tls is None:
                return
            await writer.start_tls(self.tls)
            await self._read_startup(reader)
            self.encrypted_logins += 1
        if not self.closes_silently:
            writer.write(self._error())
            await writer.drain()

    async def _read_startup(self, reader: asyncio.StreamReader) -> int:
        size = int.from_bytes(await reader.readexactly(4))
        packet = await reader.readexactly(size - 4)
        return int.from_bytes(packet[:4])

    def _error(self) -> bytes:
        fields = {"S": "FATAL", "C": self.sqlstate, "M": self.message}
        body = b"".join(f"{kind}{text}".encode() + b"\0" for kind, text in fields.items()) + b"\0"
        return b"E" + (len(body) + 4).to_bytes(4) + body
