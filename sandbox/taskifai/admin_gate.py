"""The door of the admin API: one token opens it, and no tenant's name leads there."""

import secrets

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send


class AdminGate:
    """Plain ASGI around the API."""

    def __init__(self, app: ASGIApp, *, token: str, domain: str) -> None:
        self._app = app
        self._token = token.encode()
        self._domain = domain

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(Headers(scope=scope)) if scope["type"] == "http" else None
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, headers: Headers) -> Response | None:
        host = headers.get("host", "").partition(":")[0].lower()
        if host.endswith(f".{self._domain}") and host != f"api.{self._domain}":
            return JSONResponse({"detail": "Not Found"}, 404)
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not given:
            return JSONResponse({"detail": "Not authenticated"}, 401, {"www-authenticate": "Bearer"})
        if not secrets.compare_digest(given.encode(), self._token):
            return JSONResponse({"detail": "Super admin access required"}, 403)
        return None
