"""Serves one application over HTTP on 127.0.0.1, inside the loop that runs."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.ports import HOST

DROP = "sandbox.drop"  # the scope's extension that closes the connection without an answer

Choose = Callable[[str], ssl.SSLContext | None]

_PAUSE = 0.005


class RunningServer:
    def __init__(self, server: uvicorn.Server, task: asyncio.Task[None], port: int, scheme: str) -> None:
        self._server = server
        self._task = task
        self.port = port
        self.url = f"{scheme}://{HOST}:{port}"

    async def stop(self) -> None:
        """Stop listening; requests still at work get a second."""
        self._server.should_exit = True
        await self._task


async def serve(
    app: ASGIApp,
    *,
    port: int = 0,
    certificate: Path | None = None,
    key: Path | None = None,
    choose: Choose | None = None,
) -> RunningServer:
    """Start to listen (OSError when the port is taken) and return once requests are answered.

    `choose` may give a name that a visitor asks for another certificate.
    """
    listener = _listen(port)
    config = uvicorn.Config(
        _Droppable(app), http="h11", log_config=None, log_level="error", access_log=False,
        server_header=False, proxy_headers=False, timeout_graceful_shutdown=1,
        ssl_certfile=certificate, ssl_keyfile=key,
    )  # fmt: skip
    config.load()
    if choose is not None and config.ssl is not None:
        config.ssl.sni_callback = _at_hello(choose)
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        if task.done():
            listener.close()
            await task
        await asyncio.sleep(_PAUSE)
    return RunningServer(server, task, listener.getsockname()[1], "https" if certificate else "http")


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the process; it has more to stop than this server."""
        yield


class _Droppable:
    """Hands every request the means to close its connection, which ASGI itself does not offer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            transport: asyncio.Transport = send.__self__.transport  # type: ignore[attr-defined]  # uvicorn's own send
            scope = {**scope, "extensions": {**scope.get("extensions", {}), DROP: transport.close}}
        await self._app(scope, receive, send)


def _at_hello(choose: Choose) -> Callable[[ssl.SSLObject, str | None, ssl.SSLContext], None]:
    def at_hello(visitor: ssl.SSLObject, name: str | None, _usual: ssl.SSLContext) -> None:
        if name and (other := choose(name)) is not None:
            visitor.context = other

    return at_hello


def _listen(port: int) -> socket.socket:
    # Named as TCP, asyncio lets answers go out at once; else each waits for an acknowledgement, 40 ms long.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError:
        listener.close()
        raise
    return listener
