"""Requests as Slack signs them, made by hand: for senders that the stand-in's page lets nobody be, and for bad ones."""

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import asyncpg
import httpx

from sandbox.slack.delivery.signed_http import sign
from sandbox.slack.workspace import OPERATOR, OPS
from tests.e2e.bot import Bot
from tests.e2e.evidence import database_of
from tests.e2e.terminal import Terminal

TEAM = "T0TASKIFAI1"


@dataclass(frozen=True)
class Sender:
    """Slack's end of the request URL."""

    terminal: Terminal
    bot: Bot

    async def command(self, text: str, *, user: str, team: str = TEAM, channel: str = OPS) -> str:
        """Make a command as this person would have typed it; its answer can be read with `answers`."""
        return urlencode(
            {
                "command": "/tenant",
                "text": text,
                "team_id": team,
                "user_id": user,
                "channel_id": channel,
                "trigger_id": secrets.token_hex(12),
                "response_url": await self._response_url(user, channel),
            }
        )

    async def click(self, action: str, value: str, *, user: str, channel: str = OPS) -> str:
        """Make a click on a button, however old it is."""
        payload = {
            "type": "block_actions",
            "team": {"id": TEAM},
            "user": {"id": user, "team_id": TEAM},
            "channel": {"id": channel},
            "trigger_id": secrets.token_hex(12),
            "response_url": await self._response_url(user, channel),
            "actions": [{"type": "button", "action_id": action, "block_id": "buttons-0", "value": value}],
        }
        return urlencode({"payload": json.dumps(payload)})

    def submission(self, view: dict[str, Any]) -> str:
        payload = {
            "type": "view_submission",
            "team": {"id": TEAM},
            "user": {"id": OPERATOR, "team_id": TEAM},
            "trigger_id": secrets.token_hex(12),
            "view": view,
        }
        return urlencode({"payload": json.dumps(payload)})

    def headers(self, body: str, *, age: float = 0) -> dict[str, str]:
        stamp = str(int(time.time() - age))
        return {
            "content-type": "application/x-www-form-urlencoded",
            "x-slack-request-timestamp": stamp,
            "x-slack-signature": sign(self.terminal.document.slack_signing_secret, stamp, body),
        }

    async def send(self, body: str | bytes, headers: Mapping[str, str | bytes]) -> httpx.Response:
        sent = [(name.encode(), _bytes(value)) for name, value in headers.items()]
        async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
            return await client.post(self.bot.url, content=body, headers=sent)

    async def answers(self, user: str) -> list[str]:
        """What the app said to this person alone."""
        connection = await self._connect()
        try:
            rows = await connection.fetch(
                "select text from slack_messages where only_for = $1 order by ts", user
            )
        finally:
            await connection.close()
        return [row["text"] for row in rows]

    async def _response_url(self, user: str, channel: str) -> str:
        token = secrets.token_urlsafe(18)
        connection = await self._connect()
        try:
            await connection.execute(
                "insert into slack_response_urls (token, person_id, channel_id) values ($1, $2, $3)",
                token, user, channel,
            )  # fmt: skip
        finally:
            await connection.close()
        return f"{self.terminal.document.slack_api.removesuffix('/api/')}/commands/{token}"

    async def _connect(self) -> asyncpg.Connection:
        return await asyncpg.connect(database_of(self.terminal, "sandbox"))


def _bytes(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value
