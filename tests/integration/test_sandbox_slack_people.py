"""What people see and do at the page: their channels, clicks, response URLs, live changes."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

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
    ensure_workspace,
)
from sandbox.state import State
from tests.integration.slack_request_url import answering, recorded
from tests.integration.slack_stand_in import Slack, button, modal, open_slack, section, text_input


@pytest.fixture
async def slack(state: State) -> AsyncIterator[Slack]:
    async with open_slack(state) as slack:
        yield slack


async def channels_of(slack: Slack, person: str) -> list[str]:
    seen = await slack.see(f"/people/{person}/channels")
    return [channel["name"] for channel in seen["channels"]]


async def test_people_see_what_is_theirs(slack: Slack) -> None:
    assert sorted(await channels_of(slack, OPERATOR)) == ["general", "ops", "random", "with-harbour"]
    assert await channels_of(slack, GUEST) == ["ops"]
    assert await channels_of(slack, STRANGER) == ["with-harbour"]
    hidden = await slack.see(f"/people/{STRANGER}/channels/C0NOTTHERE1/messages")
    assert hidden["error"] == "channel_not_found"


async def test_only_people_who_are_here_can_act(slack: Slack) -> None:
    for name in (DEACTIVATED, OTHER_BOT, BOT, "U0NOBODY001"):
        assert (await slack.run_command(name, "/tenant list"))["error"] == "user_not_found"
    assert (await slack.run_command(STRANGER, "/tenant list", OPS))["error"] == "channel_not_found"
    said = await slack.act(f"/people/{GUEST}/channels/{GENERAL}/messages", text="x")
    assert said["error"] == "channel_not_found"


async def test_a_stranger_carries_their_own_team(slack: Slack) -> None:
    root = await slack.call("chat.postMessage", channel=SHARED, text="x", blocks=[button("retry", "1")])
    async with recorded(slack) as sent:
        await slack.run_command(STRANGER, "/tenant list", SHARED)
        await slack.click(STRANGER, root["ts"], "buttons", "retry", SHARED)
    command, click = sent
    assert command["team_id"] == click["user"]["team_id"] == "T0HARBOUR01"
    assert click["team"]["id"] == "T0TASKIFAI1"


async def test_a_click_on_an_ephemeral_message_has_no_message(slack: Slack) -> None:
    blocks = [button("retry", "1")]
    answer = await slack.call("chat.postEphemeral", channel=OPS, user=OPERATOR, text="x", blocks=blocks)
    ts = answer["message_ts"]
    assert (await slack.click(VIEWER, ts, "buttons", "retry"))["error"] == "message_not_found"
    async with recorded(slack) as sent:
        assert await slack.click(OPERATOR, ts, "buttons", "retry") == {"ok": True}
    (click,) = sent
    assert "message" not in click
    assert click["container"]["is_ephemeral"] is True
    assert (await slack.click(OPERATOR, ts, "buttons", "other"))["error"] == "action_not_found"
    replaced = await slack.page.post(click["response_url"], json={"replace_original": True, "text": "done"})
    assert replaced.text == "ok"
    assert [message["text"] for message in await slack.messages(OPERATOR)] == ["done"]
    await slack.page.post(click["response_url"], json={"delete_original": True})
    assert await slack.messages(OPERATOR) == []


async def test_elements_say_what_was_chosen(slack: Slack) -> None:
    options = [{"text": {"type": "plain_text", "text": word}, "value": word} for word in ("eu", "us")]
    chooser = {
        "type": "static_select",
        "action_id": "region",
        "options": options,
        "initial_option": options[1],
    }
    people = {"type": "users_select", "action_id": "who"}
    menu = {"type": "overflow", "action_id": "more", "options": options}
    blocks = [{"type": "actions", "block_id": "all", "elements": [chooser, people, menu]}]
    ts = (await slack.call("chat.postMessage", channel=OPS, text="x", blocks=blocks))["ts"]
    async with recorded(slack) as sent:
        await slack.click(OPERATOR, ts, "all", "region", value="eu")
        await slack.click(OPERATOR, ts, "all", "who", value=APPROVER)
        await slack.click(OPERATOR, ts, "all", "more", value="us")
    chosen, who, more = (click["actions"][0] for click in sent)
    assert chosen["selected_option"]["value"] == "eu"
    assert who["selected_user"] == APPROVER
    assert more["selected_option"]["value"] == "us"
    state = sent[1]["state"]["values"]["all"]
    assert state["region"]["selected_option"]["value"] == "us"
    assert "more" not in state


async def test_a_response_url_is_good_for_five_answers_within_half_an_hour(slack: Slack) -> None:
    async with recorded(slack) as sent:
        await slack.run_command(OPERATOR, "/tenant list")
        await slack.run_command(OPERATOR, "/tenant list")
    address = sent[0]["response_url"]
    for number in range(5):
        kind = "in_channel" if number == 4 else "ephemeral"
        answer = await slack.page.post(address, json={"text": str(number), "response_type": kind})
        assert (answer.status_code, answer.text) == (200, "ok")
    used = await slack.page.post(address, json={"text": "x"})
    assert (used.status_code, used.json()["error"]) == (404, "used_url")
    assert len(await slack.messages(OPERATOR)) == 5
    assert [message["text"] for message in await slack.messages(VIEWER)] == ["4"]

    await slack.state.pool.execute("update slack_response_urls set made_at = made_at - interval '31 minutes'")
    old = await slack.page.post(sent[1]["response_url"], json={"text": "x"})
    assert (old.status_code, old.json()["error"]) == (404, "expired_url")
    unknown = await slack.page.post(f"{slack.url}/commands/unknown", json={"text": "x"})
    assert unknown.status_code == 404


async def test_a_response_url_refuses_what_cannot_be_shown(slack: Slack) -> None:
    async with recorded(slack) as sent:
        await slack.run_command(OPERATOR, "/tenant list")
    address = sent[0]["response_url"]
    bad = await slack.page.post(address, json={"blocks": [{"type": "dividers"}]})
    assert (bad.status_code, bad.json()["error"]) == (400, "invalid_blocks")
    assert (await slack.page.post(address, json={})).json()["error"] == "no_text"
    assert (await slack.page.post(address, json={"text": "x", "response_type": "all"})).status_code == 400


async def test_people_talk_and_open_their_conversation_with_the_app(slack: Slack) -> None:
    said = await slack.act(f"/people/{OPERATOR}/channels/{OPS}/messages", text="hello")
    ts = said["message"]["ts"]
    await slack.act(f"/people/{VIEWER}/channels/{OPS}/messages", text="hi", thread_ts=ts)
    assert [message["user"] for message in await slack.thread(APPROVER, ts)] == [OPERATOR, VIEWER]
    channel = (await slack.act(f"/people/{OPERATOR}/conversation"))["channel"]
    async with recorded(slack) as sent:
        await slack.act(f"/people/{OPERATOR}/channels/{channel}/messages", text="are you there?")
        async with asyncio.timeout(10):
            while not sent:
                await asyncio.sleep(0.01)
    assert (sent[0]["event"]["channel_type"], sent[0]["event"]["text"]) == ("im", "are you there?")
    assert (await slack.see(f"/people/{VIEWER}/channels/{channel}/messages"))["error"] == "channel_not_found"


async def test_opening_the_home_tab_is_told_to_the_app(slack: Slack) -> None:
    async with recorded(slack) as sent:
        await slack.act(f"/people/{OPERATOR}/home")
        async with asyncio.timeout(10):
            while not sent:
                await asyncio.sleep(0.01)
    event = sent[0]["event"]
    assert (event["type"], event["user"], event["tab"]) == ("app_home_opened", OPERATOR, "home")


async def test_buttons_of_the_home_tab_carry_their_view(slack: Slack) -> None:
    view = {"type": "home", "blocks": [button("retry", "run-1")]}
    home = (await slack.call("views.publish", user_id=OPERATOR, view=view))["view"]
    path = f"/people/{OPERATOR}/views/{home['id']}/actions"
    async with recorded(slack) as sent:
        assert await slack.act(path, block_id="buttons", action_id="retry") == {"ok": True}
    (click,) = sent
    assert (click["view"]["type"], click["actions"][0]["value"]) == ("home", "run-1")
    shown = await slack.call("views.open", trigger_id=click["trigger_id"], view=modal(section("x")))
    assert shown["ok"]


async def test_the_app_suggests_options(slack: Slack) -> None:
    menu = text_input("vendor", "Vendor", element={"type": "external_select", "action_id": "it"})
    shown = await slack.call("views.open", trigger_id=await slack.trigger(OPERATOR), view=modal(menu))
    path = f"/people/{OPERATOR}/views/{shown['view']['id']}/suggestions"
    option = {"text": {"type": "plain_text", "text": "Acme"}, "value": "acme"}
    asked = {"block_id": "vendor", "action_id": "it", "value": "ac"}
    async with answering(slack, {"options": [option]}):
        assert await slack.act(path, **asked) == {"ok": True, "options": [option]}
    async with answering(slack, {"options": [{"value": "acme"}]}):
        assert (await slack.act(path, **asked))["error"] == "invalid_options"


async def test_odd_characters_are_dropped_and_odd_values_refused(slack: Slack) -> None:
    said = await slack.act(f"/people/{OPERATOR}/channels/{OPS}/messages", text="a\0b")
    assert said["message"]["text"] == "ab"
    blocks = json.dumps([section("a\0b"), section("c\ud83d")])
    answer = await slack.call("chat.postMessage", channel=OPS, text="x\0", blocks=blocks)
    assert [block["text"]["text"] for block in answer["message"]["blocks"]] == ["ab", "c"]
    view = modal(text_input("company", "Company"))
    await slack.call("views.open", trigger_id=await slack.trigger(OPERATOR), view=view)
    assert (await slack.submit(OPERATOR, company=7))["error"] == "invalid_value"


async def test_groups_change_and_the_app_hears_of_it(slack: Slack) -> None:
    async with recorded(slack) as sent:
        changed = await slack.page.put("/groups/S0OPERATORS/members", json={"users": [VIEWER]})
        assert changed.json() == {"ok": True, "added": [VIEWER], "removed": [OPERATOR]}
        async with asyncio.timeout(10):
            while not sent:
                await asyncio.sleep(0.01)
    assert sent[0]["event"]["added_users"] == [VIEWER]
    unknown = await slack.page.put("/groups/S0OPERATORS/members", json={"users": ["U0NOBODY001"]})
    assert unknown.json()["error"] == "user_not_found"
    members = await slack.call("usergroups.users.list", usergroup="S0OPERATORS")
    assert members["users"] == [VIEWER]


async def test_changes_are_streamed_to_those_whom_they_concern(slack: Slack) -> None:
    async def read(person: str, seen: list[Any]) -> None:
        async with slack.page.stream("GET", f"/people/{person}/events") as stream:
            async for line in stream.aiter_lines():
                seen += [json.loads(data) for data in line.split("data: ")[1:]]

    operator: list[Any] = []
    viewer: list[Any] = []
    tasks = [asyncio.create_task(read(OPERATOR, operator)), asyncio.create_task(read(VIEWER, viewer))]
    async with asyncio.timeout(10):
        while not (operator and viewer):
            await asyncio.sleep(0.01)
        private = await slack.call("chat.postEphemeral", channel=OPS, user=OPERATOR, text="psst")
        public = await slack.call("chat.postMessage", channel=OPS, text="x")
        await slack.call("views.publish", user_id=VIEWER, view={"type": "home", "blocks": [section("x")]})
        while len(operator) + len(viewer) < 6:
            await asyncio.sleep(0.01)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert [change.get("ts", change["type"]) for change in operator] == [
        "hello",
        private["message_ts"],
        public["ts"],
    ]
    assert [change.get("ts", change["type"]) for change in viewer] == ["hello", public["ts"], "home"]


async def test_the_page_takes_acts_only_from_its_own_scripts(slack: Slack) -> None:
    answer = await slack.page.post(
        f"/people/{OPERATOR}/home", content="{}", headers={"content-type": "text/plain"}
    )
    assert answer.json()["error"] == "json_expected"


async def test_settings_are_checked(slack: Slack) -> None:
    for change in (
        {"scopes": "all"}, {"limit_scale": 0}, {"request_url": "nowhere"}, {"team_id": "T1"}, {"commands": [1]},
    ):  # fmt: skip
        assert (await slack.page.patch("/settings", json=change)).json()["error"] == "invalid_arguments"
    assert (await slack.see("/settings"))["limit_scale"] == 1


async def test_what_people_did_outlives_a_restart(state: State, slack: Slack) -> None:
    await slack.call("chat.postMessage", channel=OPS, text="still here")
    await slack.settings(scopes=["commands"])
    await state.pool.execute("delete from slack_group_members where group_id = 'S0VIEWERS01'")
    await ensure_workspace(state)
    assert (await slack.see("/settings"))["scopes"] == ["commands"]
    groups = {group["handle"]: group["users"] for group in (await slack.see("/workspace"))["groups"]}
    assert groups["viewers"] == []
    assert [message["text"] for message in await slack.messages(OPERATOR)] == ["still here"]
