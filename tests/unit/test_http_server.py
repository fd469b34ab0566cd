"""The server behind the request URL: where it listens, and how it ends."""

import asyncio
import logging

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from provisioning.errors import Permanent
from provisioning.http_server import port_of, serve, take_port

HOST = "127.0.0.1"


async def test_a_stop_waits_for_the_answer_that_is_under_way(caplog: pytest.LogCaptureFixture) -> None:
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_request: Request) -> Response:
        asked.set()
        await go_on.wait()
        return PlainTextResponse("answered")

    async with take_port(HOST, 0) as listener, httpx.AsyncClient(trust_env=False) as client:
        async with serve(Starlette(routes=[Route("/", slow)]), listener):
            answer = asyncio.create_task(client.get(f"http://{HOST}:{port_of(listener)}/"))
            await asked.wait()
            asyncio.get_running_loop().call_soon(go_on.set)  # once the server has been asked to stop
        assert (await answer).text == "answered"
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_a_port_in_use_is_one_sentence_before_anything_is_served() -> None:
    async with take_port(HOST, 0) as taken:
        with pytest.raises(Permanent, match="set PORT to another one") as told:
            async with take_port(HOST, port_of(taken)):
                pass
    assert told.value.code == "port_taken"
