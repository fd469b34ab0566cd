"""The page itself: plain files, which load nothing from anywhere else."""

from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_FILES = Path(__file__).with_name("static")
_HEADERS = {
    "content-security-policy": "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "cache-control": "no-cache",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


def routes() -> list[BaseRoute]:
    """Return the ways to the page; the JSON under /page/api comes before them."""
    return [
        Route("/", _show_way),
        Route("/page", _Guarded(FileResponse(_FILES / "index.html"))),
        Mount("/page", _Guarded(StaticFiles(directory=_FILES, html=True))),
    ]


async def _show_way(_request: Request) -> Response:
    return RedirectResponse("/page")


class _Guarded:
    """Says with every file what the page may do: nothing but with its own server."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        await self._app(scope, receive, send_guarded)
