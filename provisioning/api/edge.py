"""What every request passes before it is understood: an id, a size, a type; and the last word when all else fails."""

import re
import secrets
import time
from collections.abc import MutableMapping
from http import HTTPStatus
from typing import Any, Final

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from provisioning.api.problems import problem, problem_of
from provisioning.errors import Refused

log = structlog.get_logger(__name__)

LARGEST: Final = 262_144
"""Bytes of a body."""

_ID: Final = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_JSON: Final = frozenset({"", "application/json", "application/x-www-form-urlencoded", "text/json"})
"""Types that are read as JSON: curl sends the third one unless it is told otherwise (guide 14.7)."""


class Edge:
    """ASGI middleware. The request's id is in every log line that is written meanwhile."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(Headers(scope=scope).get("x-request-id", ""))
        started, status = time.monotonic(), 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = request_id
                headers.setdefault("cache-control", "no-store")
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._pass(scope, receive, answer)
            except Exception:
                log.exception("a request failed", method=scope["method"], path=scope["path"])
                if not status:
                    await _failed()(scope, receive, answer)
            log.info(
                "request",
                method=scope["method"],
                path=scope["path"],
                status=status,
                seconds=round(time.monotonic() - started, 3),
            )

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = _why_not(Headers(scope=scope))
        if refusal is not None:
            await problem_of(refusal)(scope, receive, send)
            return
        MutableHeaders(scope=scope)["content-type"] = "application/json"
        await self._app(scope, _limited(receive), send)


def _request_id(given: str) -> str:
    return given if _ID.fullmatch(given) else secrets.token_hex(8)


def _why_not(headers: Headers) -> Refused | None:
    length = headers.get("content-length", "0")
    if not length.isascii() or not length.isdigit() or int(length) > LARGEST:
        return _too_large()
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _JSON and not kind.endswith("+json"):
        return Refused(f"{kind} is not read here; send JSON, as application/json.", code="media_type")
    return None


def _limited(receive: Receive) -> Receive:
    """Read a body without a length only as far as one may go."""
    size = 0

    async def take() -> MutableMapping[str, Any]:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > LARGEST:
            raise _too_large()
        return message

    return take


def _too_large() -> Refused:
    return Refused(f"The body may have {LARGEST} bytes.", code="too_large")


def _failed() -> Response:
    return problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "internal",
        "Something of ours went wrong; the log knows the request's id.",
    )
