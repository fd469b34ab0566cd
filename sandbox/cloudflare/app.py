"""The stand-in for Cloudflare's API: one token, one zone, its DNS records."""

import hashlib
import secrets
from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from sandbox.cloudflare.envelope import RefusalError, refused, succeeded
from sandbox.cloudflare.records import Records
from sandbox.dns.zone import Zone
from sandbox.faults import FaultMiddleware, Faults

Endpoint = Callable[[Request], Awaitable[Response]]

_VALID = {"code": 10000, "message": "This API Token is valid and active", "type": None}


def create_app(zone: Zone, faults: Faults, *, token: str, zone_id: str) -> Starlette:
    records = Records(zone)
    token_id = hashlib.sha256(token.encode()).hexdigest()[:32]

    async def verify_token(request: Request) -> Response:
        if not _has_token(request, token):
            raise RefusalError(401, 1000, "Invalid API Token")
        return succeeded({"id": token_id, "status": "active"}, messages=[_VALID])

    async def get_zone(_request: Request) -> Response:
        nameservers = [f"ns1.{zone.domain}"]
        return succeeded(
            {"id": zone_id, "name": zone.domain, "status": "active", "paused": False, "type": "full",
             "name_servers": nameservers}
        )  # fmt: skip

    def guarded(endpoint: Endpoint) -> Endpoint:
        async def check_then_answer(request: Request) -> Response:
            if not _has_token(request, token):
                raise RefusalError(403, 10000, "Authentication error")
            if request.path_params["zone_id"] != zone_id:
                raise _no_route(request)
            return await endpoint(request)

        return check_then_answer

    def route(path: str, endpoint: Endpoint, method: str) -> Route:
        return Route(f"/zones/{{zone_id}}{path}", guarded(endpoint), methods=[method])

    one = "/dns_records/{record_id}"
    routes = [
        Route("/user/tokens/verify", verify_token, methods=["GET"]),
        route("", get_zone, "GET"),
        route("/dns_records", records.list, "GET"),
        route("/dns_records", records.create, "POST"),
        route(one, records.get, "GET"),
        route(one, records.replace, "PUT"),
        route(one, records.edit, "PATCH"),
        route(one, records.delete, "DELETE"),
    ]
    return Starlette(
        routes=[Mount("/client/v4", routes=routes)],
        middleware=[Middleware(FaultMiddleware, faults=faults, service="cloudflare")],
        exception_handlers={RefusalError: _refuse, HTTPException: _refuse_route},
    )


def _has_token(request: Request, token: str) -> bool:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not given:
        raise RefusalError(400, 6003, "Invalid request headers")
    return secrets.compare_digest(given.encode(), token.encode())


def _no_route(request: Request) -> RefusalError:
    message = f"Could not route to {request.url.path}, perhaps your object identifier is invalid?"
    return RefusalError(404, 7003, message)


async def _refuse(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RefusalError)
    return refused(error)


async def _refuse_route(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 405:  # noqa: PLR2004 - as HTTP calls it
        return refused(RefusalError(405, 7001, f"Method {request.method} not available for that URI."))
    return refused(RefusalError(404, 7000, "No route for that URI"))
