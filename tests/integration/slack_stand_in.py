"""The Slack stand-in for its tests: a workspace of the first day, people who act, and an app that answers."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.faults import Faults
from sandbox.ports import choose_port
from sandbox.serve import serve
from sandbox.slack.app import create_app
from sandbox.slack.workspace import OPS, ensure_workspace
from sandbox.state import State

_TABLES = (
    "slack_workspace, slack_people, slack_channels, slack_members, slack_groups, slack_group_members,"
    " slack_messages, slack_views, slack_triggers, slack_response_urls, slack_deliveries, slack_windows,"
    " slack_allowances, slack_files"
)


@dataclass
class Slack:
    """A running stand-in, driven by its users' verbs."""

    state: State
    faults: Faults
    url: str
    bot_token: str
    app_token: str
    signing_secret: str
    page: httpx.AsyncClient

    def client(self) -> AsyncWebClient:
        return AsyncWebClient(token=self.bot_token, base_url=f"{self.url}/api/")

    async def call(self, method: str, *, token: str | None = None, **arguments: Any) -> dict[str, Any]:
        """Call a method of the Web API with a JSON body and return its answer."""
        answer = await self.ask(method, token=token, **arguments)
        said: dict[str, Any] = answer.json()
        return said

    async def ask(self, method: str, *, token: str | None = None, **arguments: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.bot_token if token is None else token}"}
        return await self.page.post(f"{self.url}/api/{method}", json=arguments, headers=headers)

    async def settings(self, **changes: Any) -> None:
        said = (await self.page.patch("/settings", json=changes)).json()
        assert "error" not in said, said

    async def see(self, path: str) -> Any:
        return (await self.page.get(path)).json()

    async def act(self, path: str, **body: Any) -> dict[str, Any]:
        said: dict[str, Any] = (await self.page.post(path, json=body)).json()
        return said

    async def run_command(self, person: str, line: str, channel: str = OPS) -> dict[str, Any]:
        return await self.act(f"/people/{person}/channels/{channel}/commands", text=line)

    async def messages(self, person: str, channel: str = OPS) -> list[dict[str, Any]]:
        seen: list[dict[str, Any]] = (await self.see(f"/people/{person}/channels/{channel}/messages"))[
            "messages"
        ]
        return seen

    async def thread(self, person: str, ts: str, channel: str = OPS) -> list[dict[str, Any]]:
        seen: list[dict[str, Any]] = (await self.see(f"/people/{person}/channels/{channel}/threads/{ts}"))[
            "messages"
        ]
        return seen

    async def modals(self, person: str) -> list[dict[str, Any]]:
        views: list[dict[str, Any]] = (await self.see(f"/people/{person}/views"))["views"]
        return views

    async def submit(self, person: str, **values: Any) -> dict[str, Any]:
        """Submit the modal on top; values are given by block, for blocks whose action is called `it`."""
        top = (await self.modals(person))[-1]
        entered = {block: {"it": value} for block, value in values.items()}
        return await self.act(f"/people/{person}/views/{top['id']}/submit", values=entered)

    async def click(
        self, person: str, ts: str, block: str, action: str, channel: str = OPS, **more: Any
    ) -> dict[str, Any]:
        path = f"/people/{person}/channels/{channel}/messages/{ts}/actions"
        return await self.act(path, block_id=block, action_id=action, **more)

    async def trigger(self, person: str, *, view: str | None = None, age: float = 0) -> str:
        """Make a trigger id as a click would have, `age` seconds ago."""
        trigger = f"{secrets.randbelow(10**9)}.{secrets.randbelow(10**9)}.{secrets.token_hex(8)}"
        await self.state.pool.execute(
            "insert into slack_triggers (id, person_id, view_id, made_at)"
            " values ($1, $2, $3, now() - make_interval(secs => $4))",
            trigger,
            person,
            view,
            age,
        )
        return trigger


@asynccontextmanager
async def open_slack(state: State) -> AsyncIterator[Slack]:
    """Start a stand-in on a workspace of the first day, with limits that no other test has used up."""
    await state.pool.execute(f"truncate {_TABLES}")
    await ensure_workspace(state)
    bot_token, app_token = f"xoxb-fake-{secrets.token_hex(8)}", f"xapp-fake-{secrets.token_hex(8)}"
    secret = secrets.token_hex(16)
    port = choose_port()
    url = f"http://127.0.0.1:{port}"
    faults = Faults(state)
    stand_in = create_app(
        state, faults, bot_token=bot_token, app_token=app_token, signing_secret=secret, base_url=url
    )
    server = await serve(stand_in, port=port)
    try:
        async with httpx.AsyncClient(base_url=f"{url}/page/api", timeout=30, trust_env=False) as page:
            yield Slack(state, faults, url, bot_token, app_token, secret, page)
    finally:
        await faults.clear()
        await stand_in.close()
        await server.stop()


@asynccontextmanager
async def socket_mode(slack: Slack, app: AsyncApp) -> AsyncIterator[AsyncSocketModeHandler]:
    """Connect an app by one socket of its own."""
    handler = AsyncSocketModeHandler(app, slack.app_token, ping_interval=2)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # the library's
    try:
        yield handler
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]  # the library's


def new_app(slack: Slack) -> AsyncApp:
    return AsyncApp(client=slack.client(), signing_secret=slack.signing_secret, ssl_check_enabled=False)


def text_input(block: str, label: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "input",
        "block_id": block,
        "label": {"type": "plain_text", "text": label},
        "element": {"type": "plain_text_input", "action_id": "it"},
        **more,
    }


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Provision"},
        "submit": {"type": "plain_text", "text": "Go"},
        "blocks": list(blocks),
        **more,
    }


def section(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def button(action: str, value: str, *, block: str = "buttons") -> dict[str, Any]:
    element = {
        "type": "button",
        "action_id": action,
        "value": value,
        "text": {"type": "plain_text", "text": action.title()},
    }
    return {"type": "actions", "block_id": block, "elements": [element]}
