"""The outbox against Slack's stand-in: its limits, its refusals, and answers that are lost."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from starlette.responses import PlainTextResponse
from structlog.testing import capture_logs

from bot.blocks.kit import Message
from bot.outbox.answers import Answers
from bot.outbox.calls import SlackCalls
from bot.outbox.client import open_slack as open_client
from bot.outbox.errors import SlackAway, SlackRefused, SlackUnclear
from provisioning.adapters.system_clock import SystemClock
from provisioning.domain.secret import Secret
from sandbox.ports import HOST, choose_port
from sandbox.serve import serve
from sandbox.slack.workspace import APPROVER, BOT, OPERATOR, OPS
from sandbox.state import State
from tests.fakes.clock import FakeClock
from tests.integration.slack_stand_in import Slack, modal, open_slack, section, text_input

POSTS = "/api/chat.postMessage"
_REPEAT = """
insert into slack_messages (channel_id, ts, thread_ts, person_id, by_app, text, metadata)
select channel_id, round(ts::numeric) + number || '.000000', thread_ts, person_id, by_app, text,
    jsonb_set(metadata, '{event_payload,key}', to_jsonb('k' || number))
from slack_messages, generate_series(1, 204) as number
where thread_ts = $1
"""  # as if one answer in a thread had been followed by many
SAID = Message("said", (section("said"),))


@pytest.fixture
async def slack(state: State) -> AsyncIterator[Slack]:
    async with open_slack(state) as slack:
        yield slack


@pytest.fixture
async def client(slack: Slack) -> AsyncIterator[AsyncWebClient]:
    async with open_client(Secret(slack.bot_token), api_url=f"{slack.url}/api") as client:
        yield client


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def calls(client: AsyncWebClient, clock: FakeClock) -> SlackCalls:
    return SlackCalls(client, clock=clock)


def marked(key: str) -> dict[str, Any]:
    return {"event_type": "run_started", "event_payload": {"key": key}}


async def texts(slack: Slack) -> list[str]:
    return [message["text"] for message in await slack.messages(OPERATOR)]


async def test_a_burst_of_messages_is_never_refused(slack: Slack, client: AsyncWebClient) -> None:
    calls = SlackCalls(client, clock=SystemClock())
    with capture_logs() as logs:
        await asyncio.gather(*(calls.call("chat.postMessage", channel=OPS, text=f"{n}") for n in range(6)))
    assert logs == []  # nothing had to be repeated
    assert sorted(await texts(slack)) == [str(number) for number in range(6)]
    await slack.faults.add("slack", POSTS, "429", 1, 1)
    await calls.call("chat.postMessage", channel=OPS, text="later")
    assert (await texts(slack))[-1] == "later"


async def test_every_method_of_the_bot_takes_its_arguments(slack: Slack, calls: SlackCalls) -> None:
    posted = await calls.call(
        "chat.postMessage", channel=OPS, text="x", blocks=[section("x")], metadata=marked("k")
    )
    where = {"channel": OPS, "ts": posted["ts"]}
    assert (await calls.call("chat.update", **where, text="y", blocks=[section("y")]))["ts"] == posted["ts"]
    assert (await calls.call("chat.getPermalink", channel=OPS, message_ts=posted["ts"]))["permalink"]
    assert await calls.call("chat.postEphemeral", channel=OPS, user=OPERATOR, text="only you")
    assert (await calls.call("users.info", user=OPERATOR))["user"]["id"] == OPERATOR
    assert (await calls.call("conversations.info", channel=OPS))["channel"]["id"] == OPS
    assert OPERATOR in (await calls.call("conversations.members", channel=OPS))["members"]
    assert (await calls.call("conversations.open", users=OPERATOR))["channel"]["id"].startswith("D")
    assert (await calls.call("usergroups.list", include_users=True))["usergroups"][0]["users"]
    assert (await calls.identity()).user == BOT
    trigger = await slack.trigger(OPERATOR)
    opened = await calls.call("views.open", trigger_id=trigger, view=modal(text_input("name", "Name")))
    await calls.call("views.update", view_id=opened["view"]["id"], view=modal(section("done")))
    await calls.call("views.publish", user_id=OPERATOR, view={"type": "home", "blocks": [section("home")]})
    await calls.call("chat.delete", **where)


@pytest.mark.parametrize("fault", ["dropped-after-commit", "5xx-after-commit"])
async def test_a_message_whose_answer_is_lost_is_found_and_not_posted_twice(
    slack: Slack, calls: SlackCalls, fault: str
) -> None:
    began = datetime.now(UTC)
    key = secrets.token_hex(4)
    await slack.faults.add("slack", POSTS, fault, 1, 0)
    with pytest.raises(SlackUnclear):
        await calls.call("chat.postMessage", channel=OPS, text="once", metadata=marked(key))
    found = await calls.find_posted(OPS, key, thread_ts=None, after=began)
    assert [message["ts"] for message in await slack.messages(OPERATOR)] == [found]


@pytest.mark.parametrize("fault", ["dropped", "5xx", "internal_error", "fatal_error"])
async def test_a_message_that_was_not_posted_is_not_found(
    slack: Slack, calls: SlackCalls, fault: str
) -> None:
    began = datetime.now(UTC)
    await slack.faults.add("slack", POSTS, fault, 1, 0)
    with pytest.raises(SlackUnclear):
        await calls.call("chat.postMessage", channel=OPS, text="x", metadata=marked("k"))
    assert await calls.find_posted(OPS, "k", thread_ts=None, after=began) is None


async def test_finds_an_answer_in_a_thread_beyond_the_first_page(slack: Slack, calls: SlackCalls) -> None:
    root = (await calls.call("chat.postMessage", channel=OPS, text="root"))["ts"]
    await slack.call("chat.postMessage", channel=OPS, text="x", thread_ts=root, metadata=marked("k"))
    await slack.state.pool.execute(_REPEAT, root)
    last = (await slack.thread(OPERATOR, root))[-1]["ts"]
    assert await calls.find_posted(OPS, "k204", thread_ts=root, after=root) == last
    assert await calls.find_posted(OPS, "k204", thread_ts=None, after=root) is None
    assert await calls.find_posted(OPS, "k205", thread_ts=root, after=root) is None


@pytest.mark.parametrize(
    "fault", ["429", "5xx", "html", "dropped", "ratelimited", "internal_error", "dropped-after-commit"]
)
async def test_a_change_is_made_in_the_end(slack: Slack, calls: SlackCalls, fault: str) -> None:
    posted = await calls.call("chat.postMessage", channel=OPS, text="before")
    await slack.faults.add("slack", "/api/chat.update", fault, 2, 3)
    await calls.call("chat.update", channel=OPS, ts=posted["ts"], text="after")
    assert await texts(slack) == ["after"]


@pytest.mark.parametrize("fault", ["429", "ratelimited", "message_limit_exceeded"])
async def test_a_message_is_posted_once_after_limits(
    slack: Slack, calls: SlackCalls, clock: FakeClock, fault: str
) -> None:
    await slack.faults.add("slack", POSTS, fault, 2, 4)
    await calls.call("chat.postMessage", channel=OPS, text="x")
    assert await texts(slack) == ["x"]
    assert clock.monotonic() >= (8 if fault == "429" else 2)


async def test_a_limit_that_lasts_is_seen_by_everybody(slack: Slack, calls: SlackCalls) -> None:
    posted = await calls.call("chat.postMessage", channel=OPS, text="before")
    await slack.faults.add("slack", "/api/chat.update", "429", 1, 45)
    with pytest.raises(SlackAway) as away:
        await calls.call("chat.update", channel=OPS, ts=posted["ts"], text="after")
    assert away.value.retry_after == pytest.approx(45)
    assert not calls.may_update(reserve=0)
    trigger = await slack.trigger(OPERATOR)
    assert await calls.call("views.open", within=2.5, trigger_id=trigger, view=modal(section("x")))


async def test_what_slack_refuses_is_told_with_its_reason(slack: Slack, calls: SlackCalls) -> None:
    with pytest.raises(SlackRefused) as refused:
        await calls.call("chat.postMessage", channel=OPS, text="x", blocks=[{"type": "nonsense"}])
    assert refused.value.code == "invalid_blocks"
    with pytest.raises(SlackRefused, match="unknown_method"):
        await calls.call("usergroups.nonsense")
    await slack.settings(scopes=["commands"])
    with pytest.raises(SlackRefused, match=r"missing_scope \(it needs chat:write\)"):
        await calls.call("chat.postMessage", channel=OPS, text="x")


async def test_a_silent_slack_is_waited_for_no_longer_than_asked(
    slack: Slack, client: AsyncWebClient
) -> None:
    calls = SlackCalls(client, clock=SystemClock())
    await slack.faults.add("slack", "/api/users.info", "slow", 1, 30)
    with pytest.raises(SlackAway):
        await calls.call("users.info", within=0.5, user=OPERATOR)
    await slack.faults.add("slack", POSTS, "slow", 1, 30)
    with pytest.raises(SlackUnclear):
        await calls.call("chat.postMessage", within=0.5, channel=OPS, text="x")


async def test_a_slack_that_is_not_there_is_away(clock: FakeClock) -> None:
    address = f"http://{HOST}:{choose_port()}/api/"
    async with open_client(Secret("xoxb-fake"), api_url=address) as client:
        with pytest.raises(SlackAway, match="can't be reached") as away:
            await SlackCalls(client, clock=clock).call("chat.postMessage", channel=OPS, text="x")
    assert away.value.code == "unreachable"


async def test_an_address_where_something_else_answers_is_told(slack: Slack, clock: FakeClock) -> None:
    async with open_client(Secret("xoxb-fake"), api_url=f"{slack.url}/commands/") as client:
        with pytest.raises(SlackRefused, match="check SLACK_API_URL"):
            await SlackCalls(client, clock=clock).call("users.info", user=OPERATOR)
    assert clock.sleeps == []


async def test_a_plain_text_is_no_answer(clock: FakeClock) -> None:
    server = await serve(PlainTextResponse("It works!"))
    async with open_client(Secret("xoxb-fake"), api_url=server.url) as client:
        with pytest.raises(SlackAway, match="can't be read"):
            await SlackCalls(client, clock=clock).call("auth.test")
    await server.stop()


async def response_url(slack: Slack, *, used: int = 0) -> str:
    token = secrets.token_hex(8)
    await slack.state.pool.execute(
        "insert into slack_response_urls (token, person_id, channel_id, used) values ($1, $2, $3, $4)",
        token,
        OPERATOR,
        OPS,
        used,
    )
    return f"{slack.url}/commands/{token}"


@pytest.mark.parametrize("fault", ["429", "5xx", "dropped", "html"])
async def test_answers_in_the_end_and_only_to_whoever_asked(
    slack: Slack, client: AsyncWebClient, clock: FakeClock, fault: str
) -> None:
    await slack.faults.add("slack", "/commands/*", fault, 2, 1)
    await Answers(client, clock=clock).answer(await response_url(slack), SAID)
    assert await texts(slack) == ["said"]
    assert await slack.messages(APPROVER) == []


async def test_gives_up_answering_after_three_attempts(
    slack: Slack, client: AsyncWebClient, clock: FakeClock
) -> None:
    answers = Answers(client, clock=clock)
    await slack.faults.add("slack", "/commands/*", "5xx", 3, 0)
    with pytest.raises(SlackAway):
        await answers.answer(await response_url(slack), SAID)
    await answers.answer(await response_url(slack), SAID, ephemeral=False)
    assert len(await slack.messages(APPROVER)) == 1


async def test_an_answer_for_everybody_is_not_said_twice(
    slack: Slack, client: AsyncWebClient, clock: FakeClock
) -> None:
    await slack.faults.add("slack", "/commands/*", "dropped-after-commit", 1, 0)
    with pytest.raises(SlackUnclear):
        await Answers(client, clock=clock).answer(await response_url(slack), SAID, ephemeral=False)
    assert len(await slack.messages(APPROVER)) == 1


async def test_an_address_that_is_used_up_or_unknown_is_refused(
    slack: Slack, client: AsyncWebClient, clock: FakeClock
) -> None:
    answers = Answers(client, clock=clock)
    with pytest.raises(SlackRefused, match="used_url"):
        await answers.answer(await response_url(slack, used=5), SAID)
    with pytest.raises(SlackRefused, match="expired_url"):
        await answers.answer(f"{slack.url}/commands/nonsense", SAID)
    with pytest.raises(SlackRefused, match="no address"):
        await answers.answer("nonsense", SAID)
