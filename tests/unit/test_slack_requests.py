"""What is no request of Slack's is turned away before the library sees it; what is one reaches its listener."""

import json
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.signature import SignatureVerifier
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from bot.slack_requests import PATH, slack_route
from bot.web_app import web_app

SIGNING = "fake-signing-secret"


class Listening:
    def __init__(self) -> None:
        self.heard: list[str] = []
        self.app = AsyncApp(authorize=_authorize, signing_secret=SIGNING, ssl_check_enabled=False)
        self.app.command("/tenant")(self._take)

    async def _take(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        self.heard.append(body["text"])


async def _alive(_request: Request) -> Response:
    return PlainTextResponse("alive")


async def _nothing_else(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("not here", 404)(scope, receive, send)


async def _authorize() -> AuthorizeResult:
    return AuthorizeResult(
        enterprise_id=None,
        team_id="T0TASKIFAI1",
        bot_token="xoxb-fake",
        bot_id="B0TENANTBOT",
        bot_user_id="U0BOT",
    )


@pytest.fixture
def listening() -> Listening:
    return Listening()


@pytest.fixture
async def slack(listening: Listening) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(
        web_app(api=_nothing_else, slack=slack_route(listening.app), signs=[Route("/healthz", _alive)])
    )
    async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
        yield client


def body(**more: str) -> str:
    return urlencode(
        {"command": "/tenant", "text": "help", "team_id": "T0TASKIFAI1", "user_id": "U0A", **more}
    )


def signed(content: str | bytes, *, age: int = 0, secret: str = SIGNING) -> dict[str, str]:
    at = str(int(time.time()) - age)
    signature = SignatureVerifier(secret).generate_signature(timestamp=at, body=content)
    return {
        "x-slack-request-timestamp": at,
        "x-slack-signature": str(signature),
        "content-type": "application/x-www-form-urlencoded",
    }


async def test_a_signed_request_reaches_its_listener(slack: httpx.AsyncClient, listening: Listening) -> None:
    answer = await slack.post(PATH, content=body(), headers=signed(body()))
    assert (answer.status_code, answer.text) == (200, "")
    assert listening.heard == ["help"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-slack-request-timestamp": "soon"},
        {"x-slack-request-timestamp": "-1"},
        {"x-slack-request-timestamp": "1" * 40},
        {"x-slack-request-timestamp": "\u0661\u0662"},
        {"x-slack-signature": ""},
        {"x-slack-signature": "v0=short"},
        {"x-slack-signature": "v0=" + "\u00e9" * 64},
        {"x-slack-signature": "v1=" + "0" * 64},
    ],
)
async def test_malformed_headers_are_refused(
    slack: httpx.AsyncClient, listening: Listening, headers: dict[str, str]
) -> None:
    sent = {**signed(body()), **headers} if headers else {}
    answer = await slack.post(
        PATH, content=body(), headers=[(name.encode(), value.encode()) for name, value in sent.items()]
    )
    assert answer.status_code == 401
    assert listening.heard == []


@pytest.mark.parametrize("forged", [{"secret": "another"}, {"age": 6 * 60}, {"age": -6 * 60}])
async def test_a_forged_or_old_signature_is_refused(
    slack: httpx.AsyncClient, listening: Listening, forged: dict[str, Any]
) -> None:
    answer = await slack.post(PATH, content=body(), headers=signed(body(), **forged))
    assert answer.status_code == 401
    assert listening.heard == []


async def test_another_body_than_the_signed_one_is_refused(
    slack: httpx.AsyncClient, listening: Listening
) -> None:
    answer = await slack.post(PATH, content=body(text="rollback x"), headers=signed(body()))
    assert answer.status_code == 401
    assert listening.heard == []


async def test_a_check_of_the_certificate_is_no_way_around_the_signature(slack: httpx.AsyncClient) -> None:
    content = urlencode({"ssl_check": "1", "token": "x"})
    answer = await slack.post(PATH, content=content, headers=signed(content, secret="another"))
    assert answer.status_code == 401


async def test_what_is_too_large_or_no_text_is_refused(
    slack: httpx.AsyncClient, listening: Listening
) -> None:
    large = body(text="x" * 1_000_000)
    assert (await slack.post(PATH, content=large, headers=signed(large))).status_code == 413
    assert (await slack.post(PATH, content=b"\xff\xfe", headers=signed("x"))).status_code == 401

    async def endless() -> AsyncIterator[bytes]:
        yield body().encode()

    assert (await slack.post(PATH, content=endless(), headers=signed(body()))).status_code == 413
    assert listening.heard == []


async def test_answers_to_slack_s_question_whether_it_is_there(slack: httpx.AsyncClient) -> None:
    content = json.dumps({"type": "url_verification", "challenge": "abc"})
    headers = {**signed(content), "content-type": "application/json"}
    assert "abc" in (await slack.post(PATH, content=content, headers=headers)).text


async def test_signs_of_life_have_their_routes_and_all_else_is_the_api_s(slack: httpx.AsyncClient) -> None:
    assert (await slack.get("/healthz")).text == "alive"
    assert (await slack.get(PATH)).text == "not here"
    assert (await slack.get("/")).text == "not here"
