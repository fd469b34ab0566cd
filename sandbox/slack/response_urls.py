"""Response URLs: an answer to a command or a click, five times within thirty minutes."""

from __future__ import annotations

import secrets

from sandbox.slack.desk import Desk
from sandbox.slack.sql import Row, read_script

_USE = read_script("use_response_url.sql")


async def make_response_url(
    desk: Desk,
    person: str,
    channel: str,
    *,
    message_ts: str | None = None,
    kind: str = "commands",
) -> str:
    token = secrets.token_urlsafe(18)
    await desk.state.pool.execute(
        "insert into slack_response_urls (token, person_id, channel_id, message_ts) values ($1, $2, $3, $4)",
        token,
        person,
        channel,
        message_ts,
    )
    return f"{desk.base_url}/{kind}/{token}"


async def use_response_url(desk: Desk, token: str) -> Row | None:
    """Count one use; `refused` says why the address was not good for it any more."""
    return await desk.state.pool.fetchrow(_USE, token)
