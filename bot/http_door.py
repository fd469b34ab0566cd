"""Slack over HTTP: what is no request of Slack's is turned away before the library sees it."""

import asyncio
import contextlib
import re
import socket
from collections.abc import Iterator
from http import HTTPStatus
from typing import Final

import uvicorn
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from provisioning.errors import Permanent

PATH: Final = "/slack/events"

_LARGEST: Final = 1_000_000
_GRACE_SECONDS: Final = 5
_TIMESTAMP: Final = re.compile(r"\d{1,12}", re.ASCII)
_SIGNATURE: Final = re.compile(r"v0=[0-9a-f]{64}", re.ASCII)


def http_app(app: AsyncApp) -> Starlette:
    """The request URL, and a sign of life."""
    handler = AsyncSlackRequestHandler(app)

    async def take(request: Request) -> Response:
        if not _is_well_formed(request):
            return PlainTextResponse("Not signed by Slack.", HTTPStatus.UNAUTHORIZED)
        if await _is_too_large(request):
            return PlainTextResponse("Too large.", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if not _is_text(await request.body()):
            return PlainTextResponse("Not signed by Slack.", HTTPStatus.UNAUTHORIZED)
        return await handler.handle(request)

    async def live(_request: Request) -> Response:
        return PlainTextResponse("ok")

    return Starlette(routes=[Route(PATH, take, methods=["POST"]), Route("/healthz", live)])


def _is_well_formed(request: Request) -> bool:
    """Malformed headers make the library fail instead of refuse; its check of the signature comes afterwards."""
    timestamp = request.headers.get("x-slack-request-timestamp", "")
    signature = request.headers.get("x-slack-signature", "")
    return bool(_TIMESTAMP.fullmatch(timestamp) and _SIGNATURE.fullmatch(signature))


async def _is_too_large(request: Request) -> bool:
    """Read the body only as far as a request of Slack's can go; it is kept for whoever reads it next."""
    length = request.headers.get("content-length", "")
    if not length.isascii() or not length.isdigit() or int(length) > _LARGEST:
        return True
    return len(await request.body()) > _LARGEST


def _is_text(body: bytes) -> bool:
    """The library fails on a body that can't be read; Slack sends none."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


class HttpServer:
    """Listens until it is stopped; requests under way are answered first."""

    def __init__(self, app: Starlette, *, host: str, port: int) -> None:
        self._server = _Server(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                log_config=None,
                log_level="error",
                access_log=False,
                lifespan="off",
                server_header=False,
                timeout_graceful_shutdown=_GRACE_SECONDS,
            )
        )
        self._listener = _listen(host, port)
        self.port: int = self._listener.getsockname()[1]
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


def _listen(host: str, port: int) -> socket.socket:
    """Take the port now, so that a port in use is told before anything else has started."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, asyncio lets answers go out at once instead of waiting for an acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()  # two may be bound to one port, but only one can listen
    except OSError as fault:
        listener.close()
        raise Permanent(
            f"Port {port} can't be listened at ({fault.strerror}); set PORT to another one.",
            code="port_taken",
        ) from fault
    return listener


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the process; it has more to stop than this server."""
        yield
