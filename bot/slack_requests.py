"""Slack over HTTP: what is no request of Slack's is turned away before the library sees it."""

import re
from http import HTTPStatus
from typing import Final

from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

PATH: Final = "/slack/events"

_LARGEST: Final = 1_000_000
_TIMESTAMP: Final = re.compile(r"\d{1,12}", re.ASCII)
_SIGNATURE: Final = re.compile(r"v0=[0-9a-f]{64}", re.ASCII)


def slack_route(app: AsyncApp) -> Route:
    """The request URL of the Slack app."""
    handler = AsyncSlackRequestHandler(app)

    async def take(request: Request) -> Response:
        if not _is_well_formed(request):
            return PlainTextResponse("Not signed by Slack.", HTTPStatus.UNAUTHORIZED)
        if await _is_too_large(request):
            return PlainTextResponse("Too large.", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if not _is_text(await request.body()):
            return PlainTextResponse("Not signed by Slack.", HTTPStatus.UNAUTHORIZED)
        return await handler.handle(request)

    return Route(PATH, take, methods=["POST"])


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
