"""/healthz, /readyz and /metrics, the same in every process that answers over HTTP."""

import hmac
import ipaddress
from collections.abc import Mapping
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from provisioning.domain.secret import Secret
from provisioning.observing.exposition import CONTENT_TYPE, Exposition
from provisioning.observing.readiness import Condition, reasons_against

_NOT_FOR_YOU = (
    "Metrics are for this machine and its private network. "
    "Set METRICS_TOKEN and send it as a bearer token to read them from elsewhere.\n"
)


def signs_of_life(
    exposition: Exposition, conditions: Mapping[str, Condition], *, token: Secret | None
) -> list[BaseRoute]:
    """`conditions` are what the process needs to be of use. With a token, /metrics takes nobody without it."""

    async def live(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def ready(_request: Request) -> Response:
        reasons = await reasons_against(conditions)
        status = HTTPStatus.SERVICE_UNAVAILABLE if reasons else HTTPStatus.OK
        return JSONResponse({"ready": not reasons, "reasons": reasons}, status)

    async def metrics(request: Request) -> Response:
        if token is not None and not _has(request, token):
            return PlainTextResponse(
                "Send METRICS_TOKEN as a bearer token.\n",
                HTTPStatus.UNAUTHORIZED,
                {"www-authenticate": "Bearer"},
            )
        if token is None and not _is_near(request):
            return PlainTextResponse(_NOT_FOR_YOU, HTTPStatus.FORBIDDEN)
        return Response(await exposition.text(), media_type=CONTENT_TYPE)

    return [Route("/healthz", live), Route("/readyz", ready), Route("/metrics", metrics)]


def _has(request: Request, token: Secret) -> bool:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    same = hmac.compare_digest(given.strip().encode(), token.reveal().encode())
    return scheme.lower() == "bearer" and same


def _is_near(request: Request) -> bool:
    """Whoever comes through a proxy may be anybody, wherever the proxy is."""
    if request.client is None or "x-forwarded-for" in request.headers or "forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_private
    except ValueError:
        return False
