"""Apps reached by signed HTTP: Bolt behind a server of its own, and one that only writes down what it gets."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl

from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.app.async_app import AsyncApp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.serve import serve
from tests.integration.slack_stand_in import Slack


@asynccontextmanager
async def request_url(slack: Slack, app: AsyncApp) -> AsyncIterator[str]:
    handler = AsyncSlackRequestHandler(app)

    async def endpoint(request: Request) -> Response:
        return await handler.handle(request)

    async with served(slack, endpoint) as url:
        yield url


@asynccontextmanager
async def recorded(slack: Slack) -> AsyncIterator[list[dict[str, Any]]]:
    """Acknowledge everything and say nothing; yield the payloads as they came."""
    sent: list[dict[str, Any]] = []

    async def endpoint(request: Request) -> Response:
        body = (await request.body()).decode()
        if request.headers["content-type"].startswith("application/json"):
            sent.append(json.loads(body))
        else:
            form = dict(parse_qsl(body, keep_blank_values=True))
            sent.append(json.loads(form["payload"]) if "payload" in form else form)
        return Response()

    async with served(slack, endpoint):
        yield sent


@asynccontextmanager
async def answering(slack: Slack, answer: dict[str, Any], status: int = 200) -> AsyncIterator[None]:
    """Answer every request alike."""

    async def endpoint(_request: Request) -> Response:
        return JSONResponse(answer, status)

    async with served(slack, endpoint):
        yield


@asynccontextmanager
async def served(slack: Slack, endpoint: Callable[[Request], Awaitable[Response]]) -> AsyncIterator[str]:
    server = await serve(Starlette(routes=[Route("/slack/events", endpoint, methods=["POST"])]))
    url = f"{server.url}/slack/events"
    await slack.settings(request_url=url)
    try:
        yield url
    finally:
        await server.stop()
