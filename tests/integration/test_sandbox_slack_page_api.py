"""What the page asks of the stand-in beyond people's own acts: its files, what is new, who is connected."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from sandbox.slack.workspace import APPROVER, GENERAL, GUEST, OPERATOR, OPS, RANDOM, SHARED, VIEWER
from sandbox.state import State
from tests.integration.slack_stand_in import Slack, new_app, open_slack, socket_mode


@pytest.fixture
async def slack(state: State) -> AsyncIterator[Slack]:
    async with open_slack(state) as slack:
        yield slack


async def channels(slack: Slack, person: str) -> dict[str, dict[str, object]]:
    seen = await slack.see(f"/people/{person}/channels")
    return {channel["id"]: channel for channel in seen["channels"]}


async def test_serves_files_that_load_nothing_from_elsewhere(slack: Slack) -> None:
    answer = await slack.page.get(f"{slack.url}/page")
    assert answer.headers["content-security-policy"].startswith("default-src 'self';")
    assert answer.headers["content-type"].startswith("text/html")
    assert (await slack.page.get(f"{slack.url}/")).headers["location"] == "/page"
    script = await slack.page.get(f"{slack.url}/page/js/main.js")
    assert (script.status_code, script.headers["cache-control"]) == (200, "no-cache")
    assert "javascript" in script.headers["content-type"]
    for name in ("js/none.js", "..%2fsite.py", "%2e%2e/site.py"):
        assert (await slack.page.get(f"{slack.url}/page/{name}")).status_code == 404


async def test_a_channel_says_when_its_newest_message_came(slack: Slack) -> None:
    assert (await channels(slack, VIEWER))[OPS]["latest"] is None
    root = (await slack.call("chat.postMessage", channel=OPS, text="x"))["ts"]
    secret = await slack.call("chat.postEphemeral", channel=OPS, user=OPERATOR, text="psst")
    await slack.call("chat.postMessage", channel=OPS, text="a reply", thread_ts=root)
    assert (await channels(slack, VIEWER))[OPS]["latest"] == root
    assert (await channels(slack, OPERATOR))[OPS]["latest"] == secret["message_ts"]


async def test_people_join_public_channels(slack: Slack) -> None:
    assert (await channels(slack, APPROVER))[SHARED]["is_member"] is False
    for _ in range(2):
        assert await slack.act(f"/people/{APPROVER}/channels/{SHARED}/join") == {"ok": True}
    assert (await channels(slack, APPROVER))[SHARED]["is_member"] is True


async def test_outsiders_join_nothing_by_themselves(slack: Slack) -> None:
    said = await slack.act(f"/people/{GUEST}/channels/{RANDOM}/join")
    assert said["error"] == "user_is_restricted"
    await slack.state.pool.execute("update slack_channels set kind = 'group' where id = $1", GENERAL)
    await slack.state.pool.execute("delete from slack_members where channel_id = $1", GENERAL)
    said = await slack.act(f"/people/{VIEWER}/channels/{GENERAL}/join")
    assert said["error"] == "channel_not_found"


async def test_tells_when_the_app_comes_and_goes(slack: Slack) -> None:
    changes: asyncio.Queue[str] = asyncio.Queue()

    async def listen() -> None:
        async with slack.page.stream("GET", f"/people/{OPERATOR}/events") as stream:
            async for line in stream.aiter_lines():
                if line:
                    changes.put_nowait(json.loads(line.removeprefix("data: "))["type"])

    async def connections() -> object:
        assert await changes.get() == "workspace"
        return (await slack.see("/workspace"))["connections"]

    listening = asyncio.create_task(listen())
    async with asyncio.timeout(10):
        assert await changes.get() == "hello"
        async with socket_mode(slack, new_app(slack)):
            assert await connections() == 1
        assert await connections() == 0
        await slack.settings(request_url="http://127.0.0.1:9/slack/events")
        assert await changes.get() == "workspace"
    assert (await slack.see("/workspace"))["request_url"] == "http://127.0.0.1:9/slack/events"
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
