"""The Web API: who may call what, what it refuses and with which word."""

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from sandbox.slack.limits import SPECIAL, TIER1, TIER2, TIER3, TIER4
from sandbox.slack.methods import METHODS
from sandbox.slack.workspace import (
    APPROVER,
    BOT,
    DEACTIVATED,
    GENERAL,
    GUEST,
    OPERATOR,
    OPS,
    OTHER_BOT,
    SHARED,
    STRANGER,
    VIEWER,
)
from sandbox.state import State
from tests.integration.slack_stand_in import Slack, open_slack, section

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
async def slack(state: State) -> AsyncIterator[Slack]:
    async with open_slack(state) as slack:
        yield slack


async def error_of(slack: Slack, method: str, **arguments: Any) -> str:
    answer = await slack.call(method, **arguments)
    assert answer["ok"] is False, answer
    word: str = answer["error"]
    return word


async def test_the_real_client_calls_every_method(slack: Slack) -> None:
    client = slack.client()
    assert (await client.auth_test())["user_id"] == BOT
    root = await client.chat_postMessage(channel=OPS, text="root")
    await client.chat_postMessage(channel=OPS, thread_ts=root["ts"], text="reply")
    await client.chat_update(channel=OPS, ts=root["ts"], text="changed")
    await client.chat_postEphemeral(channel=OPS, user=OPERATOR, text="psst")
    link = await client.chat_getPermalink(channel=OPS, message_ts=root["ts"])
    assert link["permalink"].endswith(f"/archives/{OPS}/p{root['ts'].replace('.', '')}")
    history = await client.conversations_history(channel=OPS)
    assert [(message["text"], message["reply_count"]) for message in history["messages"]] == [("changed", 1)]
    replies = await client.conversations_replies(channel=OPS, ts=root["ts"])
    assert [message["text"] for message in replies["messages"]] == ["changed", "reply"]
    assert (await client.conversations_info(channel=OPS))["channel"]["is_member"] is True
    assert (await client.conversations_info(channel=SHARED))["channel"]["is_ext_shared"] is True
    assert len((await client.conversations_list(limit=2))["channels"]) == 2
    assert OPERATOR in (await client.conversations_members(channel=OPS))["members"]
    im = await client.conversations_open(users=OPERATOR)
    assert (await client.conversations_open(users=OPERATOR))["channel"]["id"] == im["channel"]["id"]
    assert (await client.chat_postMessage(channel=OPERATOR, text="hi"))["channel"] == im["channel"]["id"]
    assert (await client.users_info(user=VIEWER))["user"]["name"] == "viewer"
    assert len((await client.users_list())["members"]) == 9
    assert len((await client.usergroups_list(include_users=True))["usergroups"]) == 3
    assert len((await client.usergroups_users_list(usergroup="S0APPROVERS"))["users"]) == 2
    assert (await client.team_info())["team"]["id"] == "T0TASKIFAI1"
    await client.files_upload_v2(channel=OPS, content="a,b\n1,2\n", filename="checks.csv", title="Checks")
    await client.chat_delete(channel=OPS, ts=root["ts"])


async def test_arguments_come_in_three_ways(slack: Slack) -> None:
    headers = {"authorization": f"Bearer {slack.bot_token}"}
    api, page = f"{slack.url}/api", slack.page
    blocks = json.dumps([section("x")])
    form = {"channel": OPS, "text": "x", "blocks": blocks, "token": slack.bot_token}
    assert (await page.post(f"{api}/chat.postMessage", data=form)).json()["ok"]
    query = {"channel": OPS, "limit": "1"}
    assert (await page.get(f"{api}/conversations.history", params=query, headers=headers)).json()[
        "has_more"
    ] is False
    assert (await page.post(f"{api}/users.info", json={"user": VIEWER}, headers=headers)).json()["ok"]
    headers["content-type"] = "application/json"
    assert (await page.post(f"{api}/users.info", content="{", headers=headers)).json()[
        "error"
    ] == "invalid_json"
    assert (await page.post(f"{api}/users.info", content="1", headers=headers)).json()[
        "error"
    ] == "json_not_object"


async def test_refuses_unknown_methods_and_tokens(slack: Slack) -> None:
    assert await error_of(slack, "tenants.list") == "unknown_method"
    assert (await slack.page.post(f"{slack.url}/api/auth.test")).json()["error"] == "not_authed"
    assert await error_of(slack, "auth.test", token="xoxb-other") == "invalid_auth"
    assert await error_of(slack, "auth.test", token=slack.app_token) == "not_allowed_token_type"
    assert await error_of(slack, "apps.connections.open") == "not_allowed_token_type"
    await slack.settings(app_scopes=[])
    refused = await slack.call("apps.connections.open", token=slack.app_token)
    assert (refused["error"], refused["needed"]) == ("missing_scope", "connections:write")


async def test_says_which_scope_is_missing(slack: Slack) -> None:
    await slack.settings(scopes=["commands", "users:read"])
    answer = await slack.ask("chat.postMessage", channel=OPS, text="x")
    assert answer.json() == {
        "ok": False,
        "error": "missing_scope",
        "needed": "chat:write",
        "provided": "commands,users:read",
    }
    assert answer.headers["x-oauth-scopes"] == "commands,users:read"
    assert answer.headers["x-accepted-oauth-scopes"] == "chat:write"
    assert (await slack.call("users.info", user=VIEWER))["ok"]


@pytest.mark.parametrize("name", [name for name, method in METHODS.items() if method.scopes])
async def test_every_method_needs_its_scope(slack: Slack, name: str) -> None:
    await slack.settings(scopes=["nothing"], app_scopes=["nothing"])
    token = slack.app_token if METHODS[name].for_app_token else slack.bot_token
    assert await error_of(slack, name, token=token) == "missing_scope"


async def test_a_scope_for_public_channels_is_none_for_conversations_with_people(slack: Slack) -> None:
    im = (await slack.call("conversations.open", users=OPERATOR))["channel"]["id"]
    await slack.settings(scopes=["channels:read", "channels:history"])
    assert (await slack.call("conversations.info", channel=OPS))["ok"]
    assert await error_of(slack, "conversations.info", channel=im) == "missing_scope"
    assert await error_of(slack, "conversations.history", channel=im) == "missing_scope"
    assert await error_of(slack, "conversations.list", types="public_channel,im") == "missing_scope"


async def test_refuses_channels_where_the_app_cannot_speak(slack: Slack) -> None:
    assert await error_of(slack, "chat.postMessage", channel="C0NOTTHERE1", text="x") == "channel_not_found"
    assert await error_of(slack, "chat.postMessage", channel="#ops", text="x") == "channel_not_found"
    assert await error_of(slack, "chat.postMessage", text="x") == "channel_not_found"
    assert await error_of(slack, "chat.postMessage", channel=GENERAL, text="x") == "not_in_channel"
    assert (
        await error_of(slack, "chat.postEphemeral", channel=GENERAL, user=VIEWER, text="x")
        == "not_in_channel"
    )
    assert await error_of(slack, "conversations.history", channel=GENERAL) == "not_in_channel"
    ts = (await slack.call("chat.postMessage", channel=OPS, text="x"))["ts"]
    await slack.state.pool.execute("update slack_channels set is_archived = true where id = $1", OPS)
    assert await error_of(slack, "chat.update", channel=OPS, ts=ts, text="y") == "is_inactive"
    assert await error_of(slack, "chat.postMessage", channel=OPS, text="x") == "is_archived"
    await slack.state.pool.execute("update slack_channels set kind = 'group' where id = $1", GENERAL)
    assert await error_of(slack, "conversations.info", channel=GENERAL) == "channel_not_found"


async def test_refuses_messages_that_cannot_be_said(slack: Slack) -> None:
    async def post(**arguments: Any) -> str:
        return await error_of(slack, "chat.postMessage", channel=OPS, **arguments)

    assert await post() == "no_text"
    assert await post(text=" ") == "no_text"
    assert await post(text="x", blocks="[{") == "invalid_blocks_format"
    assert await post(text="x", blocks={"type": "divider"}) == "invalid_blocks_format"
    assert await post(text="x", blocks=[{"type": "dividers"}]) == "invalid_blocks"
    assert await post(text="x", markdown_text="x") == "markdown_text_conflict"
    assert await post(markdown_text="x" * 12_001) == "msg_too_long"
    assert await post(blocks=[section("x" * 3000)] * 4) == "msg_blocks_too_long"
    assert await post(text="x", attachments=[{}] * 101) == "too_many_attachments"
    assert await post(text="x", attachments="x") == "invalid_attachments"
    assert await post(text="x", thread_ts="1700000000.000000") == "thread_not_found"
    assert await post(text={"a": 1}) == "invalid_arguments"


async def test_texts_are_cut_and_made_up_as_slack_does(slack: Slack) -> None:
    long = await slack.call("chat.postMessage", channel=OPS, text="x" * 40_001)
    assert len(long["message"]["text"]) == 40_000
    blocks = await slack.call("chat.postMessage", channel=OPS, blocks=[section("x")])
    assert blocks["message"]["text"] == "This content can't be displayed."
    assert len(blocks["message"]["blocks"][0]["block_id"]) == 5
    marked = await slack.call("chat.postMessage", channel=OPS, markdown_text="**x**")
    assert marked["message"]["blocks"][0]["type"] == "markdown"


async def test_checks_metadata(slack: Slack) -> None:
    async def post(metadata: Any) -> str:
        return await error_of(slack, "chat.postMessage", channel=OPS, text="x", metadata=metadata)

    assert await post("{") == "invalid_metadata_format"
    assert await post([]) == "invalid_metadata_format"
    assert await post({"event_type": "run", "event_payload": {}, "more": 1}) == "invalid_metadata_format"
    assert await post({"event_type": "run"}) == "invalid_metadata_schema"
    assert await post({"event_type": "no words", "event_payload": {}}) == "invalid_metadata_schema"
    assert (
        await post({"event_type": "run", "event_payload": {"a": {"b": {"c": 1}}}})
        == "invalid_metadata_schema"
    )
    assert await post({"event_type": "run", "event_payload": {"a": "x" * 8000}}) == "metadata_too_large"
    good = {
        "event_type": "run",
        "event_payload": {"id": "1", "n": 2, "ok": True, "list": [1], "in": {"a": "b"}},
    }
    said = await slack.call("chat.postMessage", channel=OPS, text="x", metadata=good)
    assert said["message"]["metadata"] == good


async def test_refuses_changes_of_what_is_not_there_or_not_ours(slack: Slack) -> None:
    mine = (await slack.call("chat.postMessage", channel=OPS, text="x"))["ts"]
    await slack.act(f"/people/{OPERATOR}/channels/{OPS}/messages", text="theirs")
    theirs = (await slack.messages(OPERATOR))[-1]["ts"]
    private = (await slack.call("chat.postEphemeral", channel=OPS, user=OPERATOR, text="x"))["message_ts"]

    async def update(ts: str, **arguments: Any) -> str:
        return await error_of(slack, "chat.update", channel=OPS, ts=ts, **arguments)

    assert await update("1700000000.000000", text="y") == "message_not_found"
    assert await update(private, text="y") == "message_not_found"
    assert await update(theirs, text="y") == "cant_update_message"
    assert await update(mine, text="y" * 4001) == "msg_too_long"
    assert await update(mine) == "no_text"
    assert await update(mine, text="y", blocks=[{"type": "section"}]) == "invalid_blocks"
    assert (
        await error_of(slack, "chat.update", channel="C0NOTTHERE1", ts=mine, text="y") == "channel_not_found"
    )
    assert await error_of(slack, "chat.delete", channel=OPS, ts=theirs) == "cant_delete_message"
    assert (await slack.call("chat.delete", channel=OPS, ts=mine))["ok"]
    assert await error_of(slack, "chat.delete", channel=OPS, ts=mine) == "message_not_found"
    assert await update(mine, text="y") == "message_not_found"


async def test_a_change_says_what_goes_and_what_stays(slack: Slack) -> None:
    metadata = {"event_type": "run", "event_payload": {"run_id": "1"}}
    blocks = [section("x")]
    said = await slack.call("chat.postMessage", channel=OPS, text="x", blocks=blocks, metadata=metadata)

    async def change(**arguments: Any) -> dict[str, Any]:
        answer = await slack.call("chat.update", channel=OPS, ts=said["ts"], **arguments)
        message: dict[str, Any] = answer["message"]
        return message

    with_blocks = await change(text="y", blocks=[section("y")])
    assert with_blocks["blocks"][0]["text"]["text"] == "y"
    assert with_blocks["metadata"] == metadata
    assert "edited" not in with_blocks
    words = await change(text="z")
    assert "blocks" not in words
    assert "edited" in words
    assert "metadata" not in await change(text="z", metadata={})


async def test_rich_text_is_only_replaced_by_rich_text(slack: Slack) -> None:
    rich = {"type": "rich_text", "elements": []}
    ts = (await slack.call("chat.postMessage", channel=OPS, text="x", blocks=[rich]))["ts"]
    refused = await error_of(slack, "chat.update", channel=OPS, ts=ts, text="y", blocks=[section("y")])
    assert refused == "block_mismatch"


async def test_a_deleted_root_stays_for_its_replies(slack: Slack) -> None:
    root = (await slack.call("chat.postMessage", channel=OPS, text="x"))["ts"]
    await slack.call("chat.postMessage", channel=OPS, text="reply", thread_ts=root)
    await slack.call("chat.delete", channel=OPS, ts=root)
    assert [(seen["text"], seen["is_deleted"]) for seen in await slack.thread(OPERATOR, root)] == [
        ("This message was deleted.", True),
        ("reply", False),
    ]
    assert await error_of(slack, "chat.update", channel=OPS, ts=root, text="y") == "message_not_found"


async def test_ephemerals_are_for_one_member_only(slack: Slack) -> None:
    await slack.call("chat.postEphemeral", channel=OPS, user=OPERATOR, text="psst")
    assert [message["text"] for message in await slack.messages(OPERATOR)] == ["psst"]
    assert await slack.messages(VIEWER) == []
    history = await slack.call("conversations.history", channel=OPS)
    assert history["messages"] == []
    refused = await error_of(slack, "chat.postEphemeral", channel=OPS, user=STRANGER, text="x")
    assert refused == "user_not_in_channel"
    assert (
        await error_of(slack, "chat.postEphemeral", channel=OPS, user="U1", text="x") == "user_not_in_channel"
    )


async def test_people_are_what_they_are(slack: Slack) -> None:
    async def person(name: str) -> dict[str, Any]:
        found: dict[str, Any] = (await slack.call("users.info", user=name))["user"]
        return found

    assert (await person(GUEST))["is_restricted"] is True
    assert (await person(DEACTIVATED))["deleted"] is True
    assert (await person(OTHER_BOT))["is_bot"] is True
    stranger = await person(STRANGER)
    assert (stranger["is_stranger"], stranger["team_id"]) == (True, "T0HARBOUR01")
    assert (await person(APPROVER))["is_restricted"] is False
    assert await error_of(slack, "users.info", user="U0NOBODY001") == "user_not_found"
    assert await error_of(slack, "usergroups.users.list", usergroup="S0NONE00001") == "no_such_subteam"
    assert await error_of(slack, "conversations.open", users=DEACTIVATED) == "user_disabled"
    assert await error_of(slack, "conversations.open", users="U0NOBODY001") == "user_not_found"
    assert await error_of(slack, "conversations.open") == "users_list_not_supplied"


async def test_pages_follow_their_cursor(slack: Slack) -> None:
    for number in range(3):
        await slack.call("chat.postMessage", channel=OPS, text=str(number))
    first = await slack.call("conversations.history", channel=OPS, limit=2)
    assert [message["text"] for message in first["messages"]] == ["2", "1"]
    cursor = first["response_metadata"]["next_cursor"]
    second = await slack.call("conversations.history", channel=OPS, limit=2, cursor=cursor)
    assert ([message["text"] for message in second["messages"]], second["has_more"]) == (["0"], False)
    newest = first["messages"][0]["ts"]
    later = await slack.call("conversations.history", channel=OPS, oldest=newest)
    assert later["messages"] == []
    assert await error_of(slack, "conversations.history", channel=OPS, cursor="?") == "invalid_cursor"
    assert await error_of(slack, "conversations.history", channel=OPS, limit=5000) == "invalid_limit"
    assert await error_of(slack, "conversations.history", channel=OPS, oldest="x") == "invalid_ts_oldest"
    assert await error_of(slack, "conversations.list", types="rooms") == "invalid_types"
    assert await error_of(slack, "conversations.replies", channel=OPS, ts="1.0") == "thread_not_found"


async def test_the_real_client_raises_what_is_refused(slack: Slack) -> None:
    with pytest.raises(SlackApiError, match="invalid_blocks"):
        await slack.client().chat_postMessage(channel=OPS, text="x", blocks=[{"type": "dividers"}])


def test_tiers_and_scopes_are_the_published_ones() -> None:
    folder = Path(os.environ.get("CONTRACTS_DIR", ROOT.parent / "shared" / "contracts")) / "slack"
    if not folder.is_dir():
        pytest.skip(f"The contracts of Slack are not in {folder} (set CONTRACTS_DIR).")
    tiers = json.loads((folder / "rate_limit_tiers.json").read_text(encoding="utf-8"))
    documented = json.loads((folder / "slack_web_methods_2026-05.json").read_text(encoding="utf-8"))[
        "methods"
    ]
    limits = {"Tier1": TIER1, "Tier2": TIER2, "Tier3": TIER3, "Tier4": TIER4}
    for name, method in METHODS.items():
        assert method.per_minute == limits.get(tiers[name], SPECIAL), name
        if name != "apps.connections.open":  # its scope belongs to the app's token, which the list leaves out
            assert set(method.scopes) == set(documented[name]["scopes"].get("bot", [])), name
