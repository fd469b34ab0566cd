"""An app reached by signed HTTP: Bolt behind a server of its own, known to the stand-in by its address."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.app.async_app import AsyncApp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.serve import serve
from tests.integration.slack_stand_in import Slack


@asynccontextmanager
async def request_url(slack: Slack, app: AsyncApp) -> AsyncIterator[str]:
    handler = AsyncSlackRequestHandler(app)

    async def endpoint(request: Request) -> Response:
        return await handler.handle(request)

    server = await serve(Starlette(routes=[Route("/slack/events", endpoint, methods=["POST"])]))
    url = f"{server.url}/slack/events"
    await slack.settings(request_url=url)
    try:
        yield url
    finally:
        await server.stop()
