"""Delivery: sockets and their tickets, acknowledgements in three seconds, signed requests, retries of events."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import pytest
from slack_sdk.signature import SignatureVerifier
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.slack.workspace import APPROVER, OPERATOR, OPS
from sandbox.state import State
from tests.integration.slack_request_url import answering, served
from tests.integration.slack_stand_in import Slack, new_app, open_slack, socket_mode


@pytest.fixture
async def slack(state: State) -> AsyncIterator[Slack]:
    async with open_slack(state) as slack:
        await slack.settings(limit_scale=100)
        yield slack


class Socket:
    """A bare client of Socket Mode, which acknowledges nothing by itself."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    async def read(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(await self._socket.receive_str(timeout=10))
        return message

    async def ack(self, envelope: dict[str, Any], payload: Any = None) -> None:
        answer = {"envelope_id": envelope["envelope_id"]}
        await self._socket.send_json(answer if payload is None else answer | {"payload": payload})

    async def say(self, text: str) -> None:
        await self._socket.send_str(text)

    async def ended(self) -> bool:
        return (await self._socket.receive(timeout=10)).type in (
            aiohttp.WSMsgType.CLOSE,
            aiohttp.WSMsgType.CLOSED,
        )


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def connect(slack: Slack, session: aiohttp.ClientSession, stack: AsyncExitStack) -> Socket:
    address = (await slack.call("apps.connections.open", token=slack.app_token))["url"]
    return Socket(await stack.enter_async_context(session.ws_connect(address)))


async def test_a_socket_says_hello_and_its_ticket_is_used_up(
    slack: Slack, session: aiohttp.ClientSession
) -> None:
    address = (await slack.call("apps.connections.open", token=slack.app_token))["url"]
    assert address.startswith("ws://127.0.0.1:")
    async with session.ws_connect(address) as socket:
        hello = json.loads(await socket.receive_str(timeout=10))
        assert (hello["type"], hello["num_connections"]) == ("hello", 1)
        assert hello["connection_info"] == {"app_id": "A0TENANTBOT"}
        await socket.ping(b"still there")
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(address)
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await session.ws_connect(f"{address}-other")


async def test_an_envelope_goes_out_on_one_socket_only(slack: Slack, session: aiohttp.ClientSession) -> None:
    async with AsyncExitStack() as stack:
        sockets = [await connect(slack, session, stack) for _ in range(3)]
        for number, socket in enumerate(sockets, start=1):
            assert (await socket.read())["num_connections"] == number
        reading = [asyncio.create_task(socket.read()) for socket in sockets]
        for expected in range(1, 4):
            asked = asyncio.create_task(slack.run_command(OPERATOR, "/tenant list"))
            async with asyncio.timeout(10):
                while not (done := [at for at, task in enumerate(reading) if task.done()]):
                    await asyncio.sleep(0.01)
            assert len(done) == 1, expected
            envelope = reading[done[0]].result()
            assert (envelope["type"], envelope["accepts_response_payload"]) == ("slash_commands", True)
            reading[done[0]] = asyncio.create_task(sockets[done[0]].read())
            await sockets[done[0]].ack(envelope)
            assert await asked == {"ok": True}
        for task in reading:
            task.cancel()


async def test_what_nobody_acknowledges_in_time_is_told_to_the_person(
    slack: Slack, session: aiohttp.ClientSession
) -> None:
    async with AsyncExitStack() as stack:
        socket = await connect(slack, session, stack)
        await socket.read()
        asked = asyncio.create_task(slack.run_command(OPERATOR, "/tenant list"))
        envelope = await socket.read()
        await socket.say("no JSON")
        await socket.say(json.dumps({"envelope_id": "of another"}))
        assert await asked == {"ok": False, "error": "operation_timeout"}
        await socket.ack(envelope, {"text": "too late"})
        again = asyncio.create_task(slack.run_command(OPERATOR, "/tenant list"))
        await socket.ack(await socket.read(), {"text": "in time"})
        assert await again == {"ok": True}
    assert [message["text"] for message in await slack.messages(OPERATOR)] == [
        "/tenant failed with the error “operation_timeout”",
        "in time",
    ]
    assert await slack.messages(APPROVER) == []
    second, first = (await slack.see("/deliveries"))["deliveries"]
    assert (first["acked"], first["failure"]) == (False, "operation_timeout")
    assert (second["acked"], second["failure"], second["way"]) == (True, None, "socket")


async def test_without_a_socket_nothing_is_delivered(slack: Slack) -> None:
    assert (await slack.run_command(OPERATOR, "/tenant list"))["error"] == "dispatch_failed"
    assert (await slack.run_command(OPERATOR, "/other"))["error"] == "unknown_command"
    assert len(await slack.messages(OPERATOR)) == 2


async def test_a_socket_is_warned_and_then_asked_to_go(slack: Slack, session: aiohttp.ClientSession) -> None:
    async with AsyncExitStack() as stack:
        old = await connect(slack, session, stack)
        await old.read()
        await slack.act("/sockets", reason="warning")
        await slack.act("/sockets", reason="refresh_requested")
        assert [(await old.read())["reason"] for _ in range(2)] == ["warning", "refresh_requested"]
        fresh = await connect(slack, session, stack)
        assert (await fresh.read())["num_connections"] == 2
        asked = asyncio.create_task(slack.run_command(OPERATOR, "/tenant list"))
        await fresh.ack(await fresh.read())
        assert await asked == {"ok": True}
        await slack.act("/sockets", reason="drop")
        assert await old.ended()
        assert await fresh.ended()
    assert (await slack.see("/workspace"))["connections"] == 0


async def test_an_app_has_ten_sockets_at_most(slack: Slack, session: aiohttp.ClientSession) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(10):
            assert (await (await connect(slack, session, stack)).read())["type"] == "hello"
        eleventh = await connect(slack, session, stack)
        assert (await eleventh.read())["reason"] == "too_many_websockets"
        assert await eleventh.ended()


async def test_an_app_with_a_request_url_has_no_sockets(slack: Slack, session: aiohttp.ClientSession) -> None:
    async with AsyncExitStack() as stack:
        await slack.settings(request_url="http://127.0.0.1:1/slack/events")
        socket = await connect(slack, session, stack)
        assert (await socket.read())["reason"] == "link_disabled"
    assert (await slack.run_command(OPERATOR, "/tenant list"))["error"] == "dispatch_failed"


async def test_the_real_bolt_comes_back_after_every_disturbance(slack: Slack) -> None:
    app = new_app(slack)

    @app.command("/tenant")
    async def answer(ack: Any) -> None:
        await ack(text="here")

    async with socket_mode(slack, app):
        for reason in ("refresh_requested", "drop"):
            await slack.act("/sockets", reason=reason)
            async with asyncio.timeout(20):
                while not (await slack.run_command(OPERATOR, "/tenant list"))["ok"]:
                    await asyncio.sleep(0.05)


async def test_requests_are_signed(slack: Slack) -> None:
    verifier = SignatureVerifier(slack.signing_secret)
    seen: list[bool] = []

    async def endpoint(request: Request) -> Response:
        seen.append(verifier.is_valid_request(await request.body(), dict(request.headers)))
        return JSONResponse({"response_type": "in_channel", "text": "for all"})

    async with served(slack, endpoint):
        assert await slack.run_command(OPERATOR, "/tenant list") == {"ok": True}
    assert seen == [True]
    assert [message["text"] for message in await slack.messages(APPROVER)] == ["for all"]


async def test_a_plain_text_is_an_answer_too(slack: Slack) -> None:
    async def endpoint(_request: Request) -> Response:
        return Response("only for you", media_type="text/plain")

    async with served(slack, endpoint):
        await slack.run_command(OPERATOR, "/tenant list")
    (message,) = await slack.messages(OPERATOR)
    assert (message["text"], message["is_ephemeral"]) == ("only for you", True)


async def test_an_app_that_fails_over_http_is_told_to_the_person(slack: Slack) -> None:
    async with answering(slack, {}, status=500):
        assert (await slack.run_command(OPERATOR, "/tenant list"))["error"] == "dispatch_failed"
    async with answering(slack, {"text": "x", "blocks": [{"type": "dividers"}]}):
        assert (await slack.run_command(OPERATOR, "/tenant list"))["error"] == "invalid_blocks"


async def test_an_event_that_is_not_acknowledged_comes_again_at_once(slack: Slack) -> None:
    tries: list[tuple[str | None, str | None, str]] = []

    async def endpoint(request: Request) -> Response:
        event = json.loads(await request.body())
        headers = request.headers
        tries.append(
            (headers.get("x-slack-retry-num"), headers.get("x-slack-retry-reason"), event["event_id"])
        )
        return Response(status_code=500 if len(tries) == 1 else 200)

    async with served(slack, endpoint):
        await slack.act(f"/people/{OPERATOR}/home")
        async with asyncio.timeout(10):
            while len(tries) < 2:
                await asyncio.sleep(0.01)
    assert [(number, reason) for number, reason, _ in tries] == [(None, None), ("1", "http_error")]
    assert tries[0][2] == tries[1][2]


async def test_only_events_that_are_subscribed_and_allowed_are_sent(slack: Slack) -> None:
    seen: list[str] = []

    async def endpoint(request: Request) -> Response:
        seen.append(json.loads(await request.body())["event"]["type"])
        return Response()

    async with served(slack, endpoint):
        await slack.act(f"/people/{OPERATOR}/channels/{OPS}/messages", text="hello")
        await slack.settings(events=["message.channels"], scopes=["chat:write"])
        await slack.act(f"/people/{OPERATOR}/channels/{OPS}/messages", text="hello")
        await slack.settings(events=["message.channels"], scopes=["channels:history"])
        await slack.act(f"/people/{OPERATOR}/channels/{OPS}/messages", text="hello")
        async with asyncio.timeout(10):
            while not seen:
                await asyncio.sleep(0.01)
    assert seen == ["message"]
