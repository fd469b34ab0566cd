"""The way to a database, which a test can cut while the database itself goes on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

Way = Literal["open", "refusing", "hanging"]


@dataclass
class DatabaseLink:
    """Forwards bytes while it is open. Refusing it hangs up on everybody; hanging it takes bytes and says nothing."""

    target: str
    way: Way = "open"
    url: str = ""
    _ends: set[asyncio.StreamWriter] = field(default_factory=set)
    _opened: asyncio.Event = field(default_factory=asyncio.Event)

    def set(self, way: Way) -> None:
        self.way = way
        if way == "open":
            self._opened.set()
        else:
            self._opened.clear()
        if way == "refusing":
            self.hang_up()

    def hang_up(self) -> None:
        for writer in self._ends:
            writer.transport.abort()

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection of the database's client."""
        if self.way == "refusing":
            writer.transport.abort()
            return
        at = urlsplit(self.target)
        far_reader, far_writer = await asyncio.open_connection(at.hostname, at.port)
        ends = {writer, far_writer}
        self._ends |= ends
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._forward(reader, far_writer))
                group.create_task(self._forward(far_reader, writer))
        finally:
            self._ends -= ends
            for end in ends:
                end.transport.abort()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                if self.way == "hanging":
                    await self._opened.wait()
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        writer.transport.abort()


@asynccontextmanager
async def database_link(target: str) -> AsyncIterator[DatabaseLink]:
    link = DatabaseLink(target)
    server = await asyncio.start_server(link.connect, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    at = urlsplit(target)
    login = at.netloc.rpartition("@")[0]
    link.url = urlunsplit(at._replace(netloc=f"{login}@127.0.0.1:{port}" if login else f"127.0.0.1:{port}"))
    try:
        yield link
    finally:
        server.close()
        link.set("open")
        link.hang_up()
        await server.wait_closed()
