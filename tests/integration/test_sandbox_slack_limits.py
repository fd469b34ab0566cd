"""Rate tiers, the allowance of a channel, and faults on demand."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler

from sandbox.slack.workspace import GENERAL, OPERATOR, OPS, SHARED
from sandbox.state import State
from tests.integration.slack_stand_in import Slack, open_slack, section


@pytest.fixture
async def slack(state: State) -> AsyncIterator[Slack]:
    async with open_slack(state) as slack:
        yield slack


async def test_a_channel_takes_a_short_burst_and_then_one_message_a_second(slack: Slack) -> None:
    answers = [await slack.ask("chat.postMessage", channel=OPS, text="x") for _ in range(8)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert 1 <= len(refused) <= 4
    assert refused[0].json() == {"ok": False, "error": "ratelimited"}
    assert refused[0].headers["retry-after"] == "1"
    assert (await slack.ask("chat.postMessage", channel=SHARED, text="x")).status_code == 200
    assert len(await slack.messages(OPERATOR)) == 8 - len(refused)


async def test_the_allowance_comes_back_with_time(slack: Slack) -> None:
    while (await slack.ask("chat.postMessage", channel=OPS, text="x")).status_code == 200:
        pass
    await slack.state.pool.execute("update slack_allowances set at = at - interval '1 second'")
    assert (await slack.ask("chat.postMessage", channel=OPS, text="x")).status_code == 200
    await slack.state.pool.execute("update slack_allowances set at = at - interval '1 hour'")
    answers = [await slack.ask("chat.postMessage", channel=OPS, text="x") for _ in range(8)]
    assert any(answer.status_code == 429 for answer in answers)


async def test_a_method_has_a_window_of_a_minute(slack: Slack) -> None:
    statuses = [(await slack.ask("usergroups.list")).status_code for _ in range(21)]
    assert statuses == [200] * 20 + [429]
    assert 1 <= int((await slack.ask("usergroups.list")).headers["retry-after"]) <= 60
    assert (await slack.ask("users.list")).status_code == 200
    await slack.state.pool.execute("update slack_windows set ends_at = now()")
    assert (await slack.ask("usergroups.list")).status_code == 200


async def test_connections_are_opened_in_a_burst_and_then_once_a_minute(slack: Slack) -> None:
    answers = [await slack.ask("apps.connections.open", token=slack.app_token) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert 50 <= int(answers[-1].headers["retry-after"]) <= 60


async def test_calls_at_the_same_time_share_one_allowance(slack: Slack) -> None:
    answers = await asyncio.gather(*(slack.ask("chat.postMessage", channel=OPS, text="x") for _ in range(12)))
    said = [answer for answer in answers if answer.status_code == 200]
    assert 4 <= len(said) <= 7
    assert len(await slack.messages(OPERATOR)) == len(said)


async def test_limits_can_be_scaled(slack: Slack) -> None:
    await slack.settings(limit_scale=100)
    statuses = {(await slack.ask("chat.postMessage", channel=OPS, text="x")).status_code for _ in range(30)}
    assert statuses == {200}


async def test_the_real_client_waits_as_it_is_told(slack: Slack) -> None:
    client = slack.client()
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=3))
    for number in range(6):
        await client.chat_postMessage(channel=OPS, text=str(number))
    assert len(await slack.messages(OPERATOR)) == 6


@pytest.mark.parametrize("word", ["ratelimited", "internal_error", "fatal_error", "invalid_blocks"])
async def test_a_fault_can_be_a_word_with_status_200(slack: Slack, word: str) -> None:
    await slack.faults.add("slack", "/api/chat.postMessage", word, 1, 0)
    with pytest.raises(SlackApiError, match=word) as refused:
        await slack.client().chat_postMessage(channel=OPS, text="x")
    assert refused.value.response.status_code == 200
    assert (await slack.call("auth.test"))["ok"]
    assert (await slack.call("chat.postMessage", channel=OPS, text="x"))["ok"]


async def test_faults_over_http_are_those_of_every_stand_in(slack: Slack) -> None:
    await slack.faults.add("slack", "/api/chat.*", "429", 1, 7)
    limited = await slack.ask("chat.postMessage", channel=OPS, text="x")
    assert (limited.status_code, limited.headers["retry-after"]) == (429, "7")
    assert limited.json() == {"ok": False, "error": "ratelimited"}
    await slack.faults.add("slack", "/api/chat.postMessage", "5xx-after-commit", 1, 0)
    assert (await slack.ask("chat.postMessage", channel=OPS, text="said and lost")).status_code == 504
    assert [message["text"] for message in await slack.messages(OPERATOR)] == ["said and lost"]
    await slack.faults.add("slack", "", "dropped", 1, 0)
    with pytest.raises(httpx.RemoteProtocolError):
        await slack.ask("auth.test")
    assert (await slack.see("/workspace"))["team"]["name"] == "TaskifAI"


async def test_a_refused_message_costs_no_allowance(slack: Slack) -> None:
    for _ in range(10):
        refused = await slack.call("chat.postMessage", channel=OPS, text="x", blocks=[section("")])
        assert refused["error"] == "invalid_blocks"
        assert (await slack.call("chat.postMessage", channel=GENERAL, text="x"))["error"] == "not_in_channel"
    assert (await slack.call("chat.postMessage", channel=OPS, text="x"))["ok"]
