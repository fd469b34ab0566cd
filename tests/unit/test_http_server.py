"""The server behind the request URL: where it listens, and how it ends."""

import asyncio
import logging

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.http_door import HttpServer
from provisioning.errors import Permanent

HOST = "127.0.0.1"


async def test_a_stop_waits_for_the_answer_that_is_under_way(caplog: pytest.LogCaptureFixture) -> None:
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_request: Request) -> Response:
        asked.set()
        await go_on.wait()
        return PlainTextResponse("answered")

    server = HttpServer(Starlette(routes=[Route("/", slow)]), host=HOST, port=0)
    running = asyncio.create_task(server.run())
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = asyncio.create_task(client.get(f"http://{HOST}:{server.port}/"))
        await asked.wait()
        stopped = asyncio.create_task(server.stop())
        go_on.set()
        await stopped
        assert (await answer).text == "answered"
    await running
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_a_port_in_use_is_one_sentence_even_before_the_other_serves() -> None:
    other = HttpServer(Starlette(), host=HOST, port=0)
    with pytest.raises(Permanent, match="can't be listened at"):
        HttpServer(Starlette(), host=HOST, port=other.port)
    running = asyncio.create_task(other.run())
    await other.stop()
    await running
