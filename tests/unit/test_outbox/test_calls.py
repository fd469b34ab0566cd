"""Calling Slack: what is repeated, what is not, and for how long."""

import asyncio
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from bot.outbox.calls import SlackCalls
from bot.outbox.errors import SlackAway, SlackError, SlackRefused, SlackUnclear
from tests.fakes.clock import START, FakeClock
from tests.unit.test_outbox.scripted_client import Answer, ScriptedClient, limited, no, ok

POST, UPDATE = "chat.postMessage", "chat.update"


def never_connected() -> aiohttp.ClientConnectorError:
    key: Any = aiohttp.client_reqrep.ConnectionKey("127.0.0.1", 9, False, True, None, None, None)
    return aiohttp.ClientConnectorError(key, ConnectionRefusedError(111, "refused"))


async def fail(calls: SlackCalls, method: str, *, within: float = 30, **arguments: Any) -> SlackError:
    with pytest.raises(SlackError) as caught:
        await calls.call(method, within=within, channel="C1", **arguments)
    return caught.value


async def test_returns_what_slack_answers(calls: SlackCalls, client: ScriptedClient) -> None:
    client.on(POST, ok(ts="1.2"))
    assert (await calls.call(POST, channel="C1", text="x", thread_ts=None))["ts"] == "1.2"
    assert client.asked == [(0.0, POST, {"channel": "C1", "text": "x"})]


async def test_waits_as_slack_asks_and_posts_then(
    calls: SlackCalls, client: ScriptedClient, clock: FakeClock
) -> None:
    client.on(POST, limited(7), ok(ts="1.2"))
    assert (await calls.call(POST, channel="C1", text="x"))["ts"] == "1.2"
    assert client.times(POST) == [0.0, pytest.approx(7)]


@pytest.mark.parametrize("word", ["ratelimited", "rate_limited", "message_limit_exceeded", "request_timeout"])
async def test_posts_again_after_a_word_that_says_nothing_was_done(
    calls: SlackCalls, client: ScriptedClient, word: str
) -> None:
    client.on(POST, no(word), ok(ts="1.2"))
    assert (await calls.call(POST, channel="C1", text="x"))["ts"] == "1.2"


async def test_posts_again_when_no_connection_stood(calls: SlackCalls, client: ScriptedClient) -> None:
    client.on(POST, never_connected(), ok(ts="1.2"))
    assert (await calls.call(POST, channel="C1", text="x"))["ts"] == "1.2"


UNCLEAR = [
    no("internal_error"),
    no("fatal_error"),
    no("service_unavailable"),
    Answer({}, 503),
    Answer("upstream", 502),
    Answer("<html>", 200),
    TimeoutError(),
    aiohttp.ServerDisconnectedError(),
    aiohttp.ClientOSError(104, "reset"),
]


@pytest.mark.parametrize("answer", UNCLEAR)
async def test_never_posts_again_what_may_have_been_posted(
    calls: SlackCalls, client: ScriptedClient, answer: Answer | Exception
) -> None:
    client.on(POST, answer)
    unclear = await fail(calls, POST, text="x")
    assert isinstance(unclear, SlackUnclear)
    assert "took effect is not known" in unclear.message
    assert len(client.asked) == 1


@pytest.mark.parametrize("answer", UNCLEAR)
async def test_changes_a_message_again_after_any_trouble(
    calls: SlackCalls, client: ScriptedClient, answer: Answer | Exception
) -> None:
    client.on(UPDATE, answer, answer, ok(ts="1.2"))
    assert (await calls.call(UPDATE, channel="C1", ts="1.2", text="x"))["ts"] == "1.2"
    assert client.times(UPDATE) == [0.0, 0.5, 1.5]


async def test_a_refusal_is_final_and_says_why(calls: SlackCalls, client: ScriptedClient) -> None:
    client.on(UPDATE, no("missing_scope", needed="chat:write"))
    refused = await fail(calls, UPDATE)
    assert isinstance(refused, SlackRefused)
    assert (refused.method, refused.code) == (UPDATE, "missing_scope")
    assert str(refused) == "Slack refused chat.update: missing_scope (it needs chat:write)."
    assert refused.response["needed"] == "chat:write"
    assert len(client.asked) == 1


async def test_a_refusal_quotes_what_slack_says_of_the_blocks(
    calls: SlackCalls, client: ScriptedClient
) -> None:
    pointer = "[ERROR] unsupported type [json-pointer:/blocks/0]"
    client.on(POST, no("invalid_blocks", response_metadata={"messages": [pointer]}))
    assert pointer in (await fail(calls, POST)).message


async def test_gives_up_when_its_time_is_over(
    calls: SlackCalls, client: ScriptedClient, clock: FakeClock
) -> None:
    client.on(UPDATE, Answer({}, 500))
    away = await fail(calls, UPDATE, within=5)
    assert isinstance(away, SlackAway)
    assert away.code == "server_error"
    assert client.times(UPDATE) == [0.0, 0.5, 1.5, 3.5]


async def test_does_not_wait_for_a_turn_that_comes_too_late(
    calls: SlackCalls, client: ScriptedClient, clock: FakeClock
) -> None:
    client.on(UPDATE, limited(60))
    away = await fail(calls, UPDATE, within=10)
    assert isinstance(away, SlackAway)
    assert away.code == "ratelimited"
    assert away.retry_after == pytest.approx(60)
    assert clock.monotonic() == 0
    await fail(calls, UPDATE, within=10)
    assert len(client.asked) == 1


async def test_honours_a_pause_that_comes_with_a_server_error(
    calls: SlackCalls, client: ScriptedClient
) -> None:
    client.on(UPDATE, Answer({}, 503, retry_after="9"), ok())
    await calls.call(UPDATE, channel="C1")
    assert client.times(UPDATE) == [0.0, 9.0]


async def test_a_pause_is_for_everybody_who_calls_that_method(
    calls: SlackCalls, client: ScriptedClient, clock: FakeClock
) -> None:
    client.on(UPDATE, limited(20), ok())
    await asyncio.gather(*(calls.call(UPDATE, channel=f"C{number}") for number in range(5)))
    first, *later = client.times(UPDATE)
    assert all(at >= 20 for at in later if at > first)
    assert len(later) == 5
    await calls.call("views.open", trigger_id="1", view={})


async def test_a_pause_of_one_channel_leaves_the_others(calls: SlackCalls, client: ScriptedClient) -> None:
    client.on(POST, limited(20), ok())
    assert calls.may_post("C1")
    await fail(calls, POST, within=5)
    assert (calls.may_post("C1"), calls.may_post("C2")) == (False, True)


async def test_a_limit_of_the_whole_workspace_stops_every_channel(
    calls: SlackCalls, client: ScriptedClient, clock: FakeClock
) -> None:
    client.on(POST, no("message_limit_exceeded"))
    await fail(calls, POST, within=0.5)
    assert (calls.may_post("C1"), calls.may_post("C2")) == (False, False)
    await clock.sleep(2)
    assert calls.may_post("C2")


async def test_says_what_can_be_changed_now_and_leaves_a_reserve(calls: SlackCalls) -> None:
    assert calls.may_update(reserve=19)
    assert not calls.may_update(reserve=20)
    for _ in range(15):
        await calls.call(UPDATE, channel="C1")
    assert calls.may_update(reserve=4)
    assert not calls.may_update(reserve=5)


async def test_twenty_runs_at_once_stay_below_the_limit(
    calls: SlackCalls, client: ScriptedClient, clock: FakeClock
) -> None:
    updates = (calls.call(UPDATE, within=600, channel=f"C{number % 20}") for number in range(200))
    await asyncio.gather(*updates)
    times = client.times(UPDATE)
    assert len(times) == 200
    assert max(sum(start <= at < start + 60 for at in times) for start in times) <= 50


async def test_a_modal_that_opened_although_its_answer_was_lost_is_unclear(
    calls: SlackCalls, client: ScriptedClient
) -> None:
    client.on("views.open", TimeoutError(), no("exchanged_trigger_id"))
    with pytest.raises(SlackUnclear):
        await calls.call("views.open", within=2.5, trigger_id="1", view={})
    client.on("views.open", no("exchanged_trigger_id"))
    with pytest.raises(SlackRefused):
        await calls.call("views.open", within=2.5, trigger_id="1", view={})


async def test_asks_once_who_we_are(calls: SlackCalls, client: ScriptedClient) -> None:
    client.on("auth.test", ok(user_id="U1", bot_id="B1", team_id="T1"))
    assert await calls.identity() == await calls.identity()
    assert (await calls.identity()).team == "T1"
    assert len(client.asked) == 1


def message(ts: str, key: str, *, bot: str = "B1") -> dict[str, Any]:
    return {"ts": ts, "bot_id": bot, "metadata": {"event_type": "run", "event_payload": {"key": key}}}


async def test_finds_its_own_message_by_its_key_on_a_later_page(
    calls: SlackCalls, client: ScriptedClient
) -> None:
    client.on("auth.test", ok(user_id="U1", bot_id="B1", team_id="T1"))
    first = [
        {"ts": "1.1", "text": "said by a person"},
        message("1.2", "k", bot="B2"),
        message("1.3", "other"),
    ]
    client.on(
        "conversations.replies",
        ok(messages=first, response_metadata={"next_cursor": "more"}),
        ok(messages=[message("1.4", "k")], response_metadata={"next_cursor": ""}),
    )
    assert await calls.find_posted("C1", "k", thread_ts="1.0", after="1.0") == "1.4"
    _, one, two = [sent for _, _, sent in client.asked]
    assert (one["ts"], one["oldest"], one["include_all_metadata"]) == ("1.0", "1.0", "1")
    assert "cursor" not in one
    assert two["cursor"] == "more"


async def test_finds_nothing_where_nothing_is(calls: SlackCalls, client: ScriptedClient) -> None:
    client.on("auth.test", ok(user_id="U1", bot_id="B1", team_id="T1"))
    client.on("conversations.history", ok(messages=[{"ts": "1.1", "bot_id": "B1", "metadata": None}]))
    assert await calls.find_posted("C1", "k", thread_ts=None, after=START) is None
    asked_from = float(client.asked[-1][2]["oldest"])
    assert asked_from < (START - timedelta(seconds=30)).timestamp()  # our clock may run ahead of Slack's
