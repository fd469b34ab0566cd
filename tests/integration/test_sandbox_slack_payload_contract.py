"""Every payload that the stand-in sends, and every answer of its Web API, against the published shapes."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.slack.workspace import OPERATOR, OPS
from sandbox.state import State
from tests.integration.slack_request_url import recorded
from tests.integration.slack_stand_in import Slack, button, modal, open_slack, section, text_input

ROOT = Path(__file__).parent.parent.parent
# The published samples have lost what was nested below these, or do not tell every key of them.
OPEN = ("blocks", "bot_profile", "state", "event_payload", "icons", "icon", "elements", "attachments", "root")
# Keys that Slack sends and the samples lack.
BEYOND = {"view.blocks", "event.view.blocks", "message.bot_profile.team_id", "actions.type"}
# Keys of the samples that only come with what this workspace has not: an enterprise, a workflow, an unfurled link ...
ALWAYS = {
    "slash_commands": {
        "token", "team_id", "team_domain", "channel_id", "channel_name", "user_id", "user_name", "command", "text",
        "api_app_id", "is_enterprise_install", "response_url", "trigger_id",
    },
    "block_actions": {
        "type", "user", "api_app_id", "token", "container", "trigger_id", "team", "enterprise",
        "is_enterprise_install", "channel", "message", "state", "response_url", "actions",
    },
    "view_submission": {
        "type", "team", "user", "api_app_id", "token", "trigger_id", "view", "enterprise", "is_enterprise_install",
    },
    "view_closed": {
        "type", "team", "user", "api_app_id", "token", "view", "is_cleared", "enterprise", "is_enterprise_install",
    },
    "event_callback": {
        "token", "team_id", "api_app_id", "event", "type", "event_id", "event_time", "authorizations",
        "is_ext_shared_channel", "event_context",
    },
}  # fmt: skip


class Shapes:
    def __init__(self, shapes: dict[str, Any]) -> None:
        self._shapes = shapes

    def check(self, name: str, payload: Any) -> None:
        """Hold a payload against a shape, key by key: no key beyond it, and every value of its kind."""
        (path,) = [path for path in self._shapes if path.endswith(f"/{name}.json")]
        self._compare(payload, self._shapes[path], name, "")

    def _compare(self, value: Any, shape: Any, name: str, at: str) -> None:
        if value is None:
            return
        if isinstance(shape, dict):
            assert isinstance(value, dict), f"{name}: {at} is {value!r}"
            for key, entry in value.items():
                place = f"{at}.{key}" if at else key
                if place in BEYOND or key in OPEN:
                    continue
                assert key in shape, f"{name}: {place} is not in the shape"
                self._compare(entry, shape[key], name, place)
        elif isinstance(shape, list):
            assert isinstance(value, list), f"{name}: {at} is {value!r}"
            for entry in value if shape else []:
                self._compare(entry, shape[0], name, at)
        elif isinstance(shape, bool):
            # Slash commands are forms and carry their booleans as words.
            assert isinstance(value, bool) or value in ("true", "false"), f"{name}: {at} is {value!r}"
        else:
            numbers = (int, float)
            kind = numbers if isinstance(shape, numbers) else (str,)
            assert isinstance(value, kind), f"{name}: {at} is {value!r}"


@pytest.fixture(scope="module")
def shapes() -> Shapes:
    folder = Path(os.environ.get("CONTRACTS_DIR", ROOT.parent / "shared" / "contracts")) / "slack"
    path = folder / "slack_payload_shapes.json"
    if not path.is_file():
        pytest.skip(f"The payload shapes of Slack are not in {folder} (set CONTRACTS_DIR).")
    return Shapes(json.loads(path.read_text(encoding="utf-8"))["shapes"])


@pytest.fixture
async def slack(state: State) -> AsyncIterator[Slack]:
    async with open_slack(state) as slack:
        yield slack


async def test_commands_clicks_and_views_have_their_shapes(slack: Slack, shapes: Shapes) -> None:
    async with recorded(slack) as sent:
        await slack.run_command(OPERATOR, "/tenant list acme")
        blocks = [section("x"), button("retry", "run-1")]
        root = await slack.call("chat.postMessage", channel=OPS, text="x", blocks=blocks)
        await slack.click(OPERATOR, root["ts"], "buttons", "retry")
        reply = await slack.call(
            "chat.postMessage", channel=OPS, text="x", thread_ts=root["ts"], blocks=blocks
        )
        await slack.click(OPERATOR, reply["ts"], "buttons", "retry")
        view = modal(text_input("company", "Company"), button("more", "1"), notify_on_close=True)
        trigger = await slack.trigger(OPERATOR)
        opened = await slack.call("views.open", trigger_id=trigger, view=view)
        path = f"/people/{OPERATOR}/views/{opened['view']['id']}"
        await slack.act(f"{path}/actions", block_id="buttons", action_id="more")
        await slack.act(f"{path}/close")
        opened = await slack.call("views.open", trigger_id=await slack.trigger(OPERATOR), view=view)
        await slack.submit(OPERATOR, company="Acme")
    command, clicked, in_thread, in_view, closed, submitted = sent

    assert command.keys() == ALWAYS["slash_commands"]
    assert (command["command"], command["text"], command["user_id"]) == ("/tenant", "list acme", OPERATOR)
    shapes.check("SlashCommandPayload", command)
    for click in (clicked, in_thread, in_view):
        shapes.check("BlockActionPayload", click)
    assert clicked.keys() == ALWAYS["block_actions"]
    assert in_thread["container"]["thread_ts"] == root["ts"] == in_thread["message"]["thread_ts"]
    assert in_view.keys() == ALWAYS["block_actions"] - {"channel", "message", "state", "response_url"} | {
        "view"
    }
    assert in_view["container"] == {"type": "view", "view_id": in_view["view"]["id"]}
    shapes.check("ViewClosedPayload", closed)
    assert closed.keys() == ALWAYS["view_closed"]
    shapes.check("ViewSubmissionPayload", submitted)
    assert submitted.keys() == ALWAYS["view_submission"]
    assert submitted["view"]["state"]["values"] == {
        "company": {"it": {"type": "plain_text_input", "value": "Acme"}}
    }


async def test_events_have_their_shapes(slack: Slack, shapes: Shapes) -> None:
    await slack.settings(
        events=["app_home_opened", "app_mention", "message.channels", "subteam_members_changed"]
    )
    async with recorded(slack) as sent:
        await slack.act(f"/people/{OPERATOR}/home")
        await slack.call("views.publish", user_id=OPERATOR, view={"type": "home", "blocks": [section("x")]})
        await slack.act(f"/people/{OPERATOR}/home")
        await slack.act(f"/people/{OPERATOR}/channels/{OPS}/messages", text="<@U0TENANTBOT> hello")
        await slack.page.put("/groups/S0VIEWERS01/members", json={"users": [OPERATOR]})
        async with asyncio.timeout(10):
            while len(sent) < 5:
                await asyncio.sleep(0.01)
    names = {
        "app_home_opened": "AppHomeOpenedPayload",
        "message": "MessagePayload",
        "app_mention": "AppMentionPayload",
        "subteam_members_changed": "SubteamMembersChangedPayload",
    }
    assert {payload["event"]["type"] for payload in sent} == names.keys()
    for payload in sent:
        assert payload.keys() == ALWAYS["event_callback"]
        shapes.check(names[payload["event"]["type"]], payload)


async def test_answers_of_the_web_api_have_their_shapes(slack: Slack, shapes: Shapes) -> None:
    async def check(method: str, **arguments: Any) -> dict[str, Any]:
        answer = await slack.call(method, **arguments)
        assert answer["ok"] is True, answer
        shapes.check(method, answer)
        return answer

    metadata = {"event_type": "run", "event_payload": {"run_id": "1"}}
    await check("auth.test")
    await check("team.info")
    root = await check("chat.postMessage", channel=OPS, text="x", blocks=[section("x")], metadata=metadata)
    await check("chat.postMessage", channel=OPS, text="x", thread_ts=root["ts"])
    await check("chat.update", channel=OPS, ts=root["ts"], text="y", metadata=metadata)
    await check("chat.postEphemeral", channel=OPS, user=OPERATOR, text="x")
    await check("chat.getPermalink", channel=OPS, message_ts=root["ts"])
    await check("conversations.replies", channel=OPS, ts=root["ts"], include_all_metadata=True)
    await check("conversations.history", channel=OPS, include_all_metadata=True)
    await check("conversations.info", channel=OPS, include_num_members=True)
    await check("conversations.members", channel=OPS)
    await check("conversations.open", users=OPERATOR, return_im=True)
    await check("users.info", user=OPERATOR)
    await check("users.info", user="U0HARBOUR01")
    await check("usergroups.list", include_users=True, include_count=True)
    await check("usergroups.users.list", usergroup="S0APPROVERS")
    view = modal(text_input("company", "Company"))
    opened = await check("views.open", trigger_id=await slack.trigger(OPERATOR), view=view)
    number = opened["view"]["id"]
    await check("views.update", view_id=number, view=view)
    await check("views.push", trigger_id=await slack.trigger(OPERATOR, view=number), view=view)
    await check("views.publish", user_id=OPERATOR, view={"type": "home", "blocks": [section("x")]})
    await check("chat.delete", channel=OPS, ts=root["ts"])
    shapes.check("apps.connections.open", await slack.call("apps.connections.open", token=slack.app_token))
    shapes.check("auth.test", await slack.call("auth.test", token="xoxb-unknown"))
