"""Faults over HTTP, the same for every stand-in: asked before the application answers."""

import asyncio
import math

from starlette.responses import HTMLResponse, JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.faults.store import SLACK_ERRORS, Fault, Faults
from sandbox.serve import DROP

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_AFTER_COMMIT = ("5xx-after-commit", "dropped-after-commit")
_TOO_MANY: dict[str, dict[str, object]] = {"slack": {"ok": False, "error": "ratelimited"}}
_PAGE = "<!doctype html><title>503</title><h1>503 Service Temporarily Unavailable</h1>"


class FaultMiddleware:
    """Plain ASGI around one stand-in. A fault after a commit waits for a request that may commit."""

    def __init__(self, app: ASGIApp, *, faults: Faults, service: str) -> None:
        self._app = app
        self._faults = faults
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method = scope["method"]
        without = _AFTER_COMMIT if method in _READING else ()
        fault = await self._faults.take(self._service, scope["path"], method=method, without=without)
        if fault is None:
            await self._app(scope, receive, send)
        elif fault.kind == "slow":
            await asyncio.sleep(fault.delay)
            await self._app(scope, receive, send)
        elif fault.kind in _AFTER_COMMIT:
            await self._app(scope, receive, _nowhere)
            await _misbehave(fault, scope, receive, send)
        else:
            await _read_whole_request(receive)
            await _misbehave(fault, scope, receive, send)


async def _read_whole_request(receive: Receive) -> None:
    """Take in what the caller still sends: closing on unread bytes would reset the connection."""
    while (await receive()).get("more_body", False):
        pass


async def _misbehave(fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    match fault.kind:
        case "dropped" | "dropped-after-commit":
            await _drop(scope, receive)
        case "429":
            headers = {"retry-after": str(math.ceil(fault.delay) or 1)}
            body = _TOO_MANY.get(fault.service, {"message": "ThrottlerException: Too Many Requests"})
            await JSONResponse(body, 429, headers)(scope, receive, send)
        case "html":
            await HTMLResponse(_PAGE, 503)(scope, receive, send)
        case "5xx-after-commit":
            body = {"message": "The upstream server is timing out"}
            await JSONResponse(body, 504)(scope, receive, send)
        case word if word in SLACK_ERRORS:
            await JSONResponse({"ok": False, "error": word})(scope, receive, send)
        case _:
            await JSONResponse({"message": "Internal Server Error"}, 500)(scope, receive, send)


async def _drop(scope: Scope, receive: Receive) -> None:
    """Close the connection without a byte and stay until it is gone, so that nobody answers for us."""
    scope["extensions"][DROP]()
    while (await receive())["type"] != "http.disconnect":
        pass


async def _nowhere(message: Message) -> None:
    """Take the answer of an application whose answer must not arrive."""
