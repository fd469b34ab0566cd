"""The whole way with the real Bolt: command, modal, field error, submission, thread, click; by both transports."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from slack_bolt.app.async_app import AsyncApp

from sandbox.slack.workspace import APPROVER, OPERATOR, OPS
from sandbox.state import State
from tests.integration.slack_request_url import request_url
from tests.integration.slack_stand_in import (
    Slack,
    button,
    modal,
    new_app,
    open_slack,
    section,
    socket_mode,
    text_input,
)


@pytest.fixture
async def slack(state: State) -> AsyncIterator[Slack]:
    async with open_slack(state) as slack:
        yield slack


@pytest.fixture(params=["socket", "http"])
async def app(request: pytest.FixtureRequest, slack: Slack) -> AsyncIterator[AsyncApp]:
    """An app of three listeners, connected to the stand-in."""
    app = new_app(slack)
    _listen(app)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(
            socket_mode(slack, app) if request.param == "socket" else request_url(slack, app)
        )
        yield app


def _listen(app: AsyncApp) -> None:
    @app.command("/tenant")
    async def open_modal(ack: Any, body: dict[str, Any], client: Any) -> None:
        await ack()
        view = modal(
            text_input("company", "Company"), callback_id="provision", private_metadata=body["channel_id"]
        )
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    @app.view("provision")
    async def submit(ack: Any, view: dict[str, Any], body: dict[str, Any], client: Any) -> None:
        company = view["state"]["values"]["company"]["it"]["value"]
        if company == "taken":
            await ack(response_action="errors", errors={"company": "This name is taken."})
            return
        await ack()
        channel = view["private_metadata"]
        root = await client.chat_postMessage(
            channel=channel,
            text=f"Provisioning {company}",
            blocks=[section(f"Provisioning {company}"), button("retry", "run-1")],
            metadata={"event_type": "run", "event_payload": {"run_id": "run-1", "asked": body["user"]["id"]}},
        )
        await client.chat_postMessage(channel=channel, thread_ts=root["ts"], text="Step 1 of 8")

    @app.action("retry")
    async def click(ack: Any, body: dict[str, Any], respond: Any, client: Any) -> None:
        await ack()
        by = body["user"]["id"]
        await client.chat_update(
            channel=body["channel"]["id"],
            ts=body["message"]["ts"],
            text=f"Retried by {by}",
            blocks=[section("…")],
        )
        await respond(text=f"You retried {body['actions'][0]['value']}", replace_original=False)


async def until(condition: Any) -> Any:
    """Wait for what a listener does after its acknowledgement."""
    async with asyncio.timeout(10):
        while not (found := await condition()):
            await asyncio.sleep(0.01)
        return found


async def test_a_command_leads_to_a_modal_a_thread_and_a_button(slack: Slack, app: AsyncApp) -> None:
    assert await slack.run_command(OPERATOR, "/tenant provision") == {"ok": True}
    (view,) = await until(lambda: slack.modals(OPERATOR))
    assert view["callback_id"] == "provision"
    assert await slack.modals(APPROVER) == []

    assert (await slack.submit(OPERATOR, company=""))["errors"].keys() == {"company"}
    assert await slack.submit(OPERATOR, company="taken") == {
        "ok": False,
        "errors": {"company": "This name is taken."},
    }
    assert [view["id"] for view in await slack.modals(OPERATOR)] == [view["id"]]
    assert await slack.submit(OPERATOR, company="Acme") == {"ok": True}
    assert await slack.modals(OPERATOR) == []

    async def answered() -> list[dict[str, Any]]:
        return [message for message in await slack.messages(APPROVER) if message.get("reply_count")]

    (root,) = await until(answered)
    assert root["text"] == "Provisioning Acme"
    assert [message["text"] for message in await slack.thread(APPROVER, root["ts"])] == [
        root["text"],
        "Step 1 of 8",
    ]

    assert await slack.click(APPROVER, root["ts"], "buttons", "retry") == {"ok": True}

    async def for_the_approver() -> list[dict[str, Any]]:
        return [message for message in await slack.messages(APPROVER) if message["is_ephemeral"]]

    (private,) = await until(for_the_approver)
    assert private["text"] == "You retried run-1"
    seen_by_others = await slack.messages(OPERATOR)
    assert [message["text"] for message in seen_by_others] == [f"Retried by {APPROVER}"]
    assert "edited" not in seen_by_others[0]  # Slack marks changes of plain words only

    deliveries = (await slack.see("/deliveries"))["deliveries"]
    assert [delivery["kind"] for delivery in deliveries] == ["interactive"] * 3 + ["slash_commands"]
    assert all(delivery["acked"] for delivery in deliveries)


async def test_metadata_is_found_again_by_those_who_ask_for_it(slack: Slack, app: AsyncApp) -> None:
    client = slack.client()
    metadata = {"event_type": "run", "event_payload": {"run_id": "run-7"}}
    root = await client.chat_postMessage(channel=OPS, text="root", metadata=metadata)
    await client.chat_postMessage(channel=OPS, thread_ts=root["ts"], text="reply", metadata=metadata)
    plain = await client.conversations_replies(channel=OPS, ts=root["ts"])
    assert ["metadata" in message for message in plain["messages"]] == [False, False]
    whole = await client.conversations_replies(channel=OPS, ts=root["ts"], include_all_metadata=True)
    assert [message["metadata"] for message in whole["messages"]] == [metadata, metadata]
