"""Everything that one process answers over HTTP, at one port: Slack's requests, the admin API, and signs of life."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp


def web_app(*, api: ASGIApp, slack: Route | None) -> Starlette:
    """What has no route here, the API answers: it says so in its own way."""
    routes = [Route("/healthz", _live), *([slack] if slack else [])]
    return Starlette(routes=[*routes, Mount("/", app=api)])


async def _live(_request: Request) -> Response:
    return PlainTextResponse("ok")
