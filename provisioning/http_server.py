"""The one HTTP server of a process: it listens until it is stopped, and answers what is under way first."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from provisioning.errors import Permanent

_GRACE_SECONDS: Final = 5


class HttpServer:
    """Listens until it is stopped; requests under way are answered first."""

    def __init__(self, app: ASGIApp, listener: socket.socket) -> None:
        self._server = _Server(
            uvicorn.Config(
                app,
                log_config=None,
                log_level="error",
                access_log=False,
                lifespan="off",
                server_header=False,
                timeout_graceful_shutdown=_GRACE_SECONDS,
            )
        )
        self._listener = listener
        self._ended = asyncio.Event()

    async def run(self) -> None:
        try:
            await self._server.serve(sockets=[self._listener])
        finally:
            self._ended.set()

    async def stop(self) -> None:
        """Take nothing new, and return when what was under way is answered."""
        self._server.should_exit = True
        await self._ended.wait()


@contextlib.asynccontextmanager
async def take_port(host: str, port: int, *, setting: str = "PORT") -> AsyncIterator[socket.socket]:
    """Take the port now, so that a port in use is told before anything else has started. Raises Permanent then."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, asyncio lets answers go out at once instead of waiting for an acknowledgement.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen()  # two may be bound to one port, but only one can listen
        except OSError as fault:
            raise Permanent(
                f"Port {port} can't be listened at ({fault.strerror}); set {setting} to another one.",
                code="port_taken",
            ) from fault
        yield listener


@contextlib.asynccontextmanager
async def serve(app: ASGIApp, listener: socket.socket) -> AsyncIterator[None]:
    """Serve until the end of the block."""
    server = HttpServer(app, listener)
    running = asyncio.create_task(server.run())
    try:
        yield
    finally:
        await server.stop()
        await running


def port_of(listener: socket.socket) -> int:
    port: int = listener.getsockname()[1]
    return port


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the process; it has more to stop than this server."""
        yield
