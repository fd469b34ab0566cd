"""A mail server for tests: encrypted from the first byte, answers each command as it is told."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

HANGS_UP: Final = ""

_REPLIES: Final = {
    "CONNECT": "220 mail.test ESMTP",
    "EHLO": "250-mail.test\r\n250 AUTH PLAIN",
    "AUTH": "235 2.7.0 welcome",
    "MAIL": "250 2.1.0 go on",
    "RCPT": "250 2.1.5 go on",
    "DATA": "354 end it with a dot",
    ".": "250 2.0.0 taken",
    "RSET": "250 2.0.0 forgotten",
    "QUIT": "221 2.0.0 bye",
}


@dataclass
class ScriptedSmtp:
    """`replies` has those that differ from a friendly server's. `.` is the end of a message."""

    tls: ssl.SSLContext | None
    replies: dict[str, str] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)
    port: int = 0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["ScriptedSmtp"]:
        server = await asyncio.start_server(self._talk, "127.0.0.1", ssl=self.tls)
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
        with contextlib.suppress(OSError):
            going_on = await self._reply("CONNECT", writer)
            while going_on and (line := await reader.readline()):
                going_on = await self._hear(line.decode().strip(), reader, writer)
        writer.close()

    async def _hear(self, line: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        command = line.partition(" ")[0].upper()
        self.heard.append(command)
        if not await self._reply(command, writer):
            return False
        if command == "DATA" and self._reply_to("DATA").startswith("354"):
            await reader.readuntil(b"\r\n.\r\n")
            return await self._reply(".", writer)
        return command != "QUIT"

    def _reply_to(self, command: str) -> str:
        return self.replies.get(command, _REPLIES[command])

    async def _reply(self, command: str, writer: asyncio.StreamWriter) -> bool:
        reply = self._reply_to(command)
        if reply == HANGS_UP:
            return False
        writer.write(f"{reply}\r\n".encode())
        await writer.drain()
        return True
