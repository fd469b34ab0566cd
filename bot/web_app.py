"""Everything that one process answers over HTTP, at one port: Slack's requests, the admin API, and signs of life."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp


def web_app(*, api: ASGIApp, slack: Route | None, signs: Sequence[BaseRoute]) -> Starlette:
    """What has no route here, the API answers: it says so in its own way."""
    return Starlette(routes=[*signs, *([slack] if slack else []), Mount("/", app=api)])
