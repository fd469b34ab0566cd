"""The sockets of the DNS server: UDP and TCP on one port of 127.0.0.1."""

import asyncio
import contextlib
import errno
from collections.abc import Awaitable, Callable

from sandbox.dns.responder import Responder
from sandbox.dns.zone import Zone
from sandbox.faults import Faults
from sandbox.ports import HOST

_TRIES = 20
_IDLE = 10.0

Respond = Callable[[bytes], Awaitable[bytes | None]]


class DnsServer:
    """An authoritative server for the zones of the sandbox."""

    port: int

    def __init__(self, zone: Zone, faults: Faults) -> None:
        self._responder = Responder(zone, faults)
        self._streams = _Streams(self._responder.over_tcp)
        self._datagrams = _Datagrams(self._responder.over_udp)

    async def start(self, port: int = 0) -> None:
        """Listen; without a wish for a port, on one that is free for both transports."""
        for tries_left in reversed(range(1 if port else _TRIES)):
            self.port = await self._datagrams.listen(port)
            try:
                await self._streams.listen(self.port)
            except OSError as error:
                await self._datagrams.close()
                if error.errno != errno.EADDRINUSE or not tries_left:
                    raise
            else:
                return

    async def stop(self) -> None:
        await self._datagrams.close()
        await self._streams.close()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, respond: Respond) -> None:
        self._respond = respond
        self._answering: set[asyncio.Task[None]] = set()
        self._transport: asyncio.DatagramTransport | None = None
        self._closed = asyncio.Event()

    async def listen(self, port: int) -> int:
        self._closed.clear()
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(HOST, port))
        chosen: int = self._transport.get_extra_info("sockname")[1]
        return chosen

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        task = asyncio.create_task(self._answer(data, addr))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _answer(self, packet: bytes, asker: tuple[str, int]) -> None:
        reply = await self._respond(packet)
        if reply is not None and self._transport is not None:
            self._transport.sendto(reply, asker)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - nothing to tell apart
        self._closed.set()

    async def close(self) -> None:
        """Return when the port is free again."""
        for task in self._answering:
            task.cancel()
        if self._transport is not None:
            self._transport.close()
            self._transport = None
            await self._closed.wait()


class _Streams:
    def __init__(self, respond: Respond) -> None:
        self._respond = respond
        self._serving: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._server: asyncio.Server | None = None

    async def listen(self, port: int) -> None:
        self._server = await asyncio.start_server(self._serve, HOST, port)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving[task] = writer
        try:
            # An asker may send many questions over one connection, or half of one and vanish.
            with contextlib.suppress(asyncio.IncompleteReadError, TimeoutError, ConnectionError):
                while True:
                    await self._answer_next(reader, writer)
        finally:
            del self._serving[task]
            writer.close()

    async def _answer_next(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(_IDLE):
            size = int.from_bytes(await reader.readexactly(2))
            packet = await reader.readexactly(size)
        reply = await self._respond(packet)
        if reply is not None:
            writer.write(len(reply).to_bytes(2) + reply)
            await writer.drain()

    async def close(self) -> None:
        if self._server is None:
            return
        self._server.close()
        serving = dict(self._serving)
        for writer in serving.values():
            writer.close()
        await asyncio.gather(*serving)
        await self._server.wait_closed()
        self._server = None
