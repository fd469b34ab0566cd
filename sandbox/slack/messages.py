"""Messages: kept, changed, found again, and put into the shape that the wire has for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sandbox.slack.desk import Desk
from sandbox.slack.sql import Row, from_json, read_script, to_json
from sandbox.slack.workspace import SLACKBOT, Workspace

_KEEP = read_script("keep_message.sql")
_THREADS = read_script("threads.sql")


@dataclass(frozen=True)
class Draft:
    """A message that has been checked and is not said yet."""

    channel_id: str
    person_id: str
    text: str
    thread_ts: str | None = None
    blocks: list[dict[str, Any]] | None = None
    attachments: list[dict[str, Any]] | None = None
    metadata: dict[str, Any] | None = None
    by_app: bool = False
    from_slackbot: bool = False
    only_for: str | None = None
    ts: str = field(default="")


async def say(desk: Desk, draft: Draft) -> Row:
    """Keep a message and tell those who look."""
    row = await desk.state.pool.fetchrow(
        _KEEP,
        draft.channel_id,
        desk.timestamps.next(),
        draft.thread_ts,
        draft.person_id,
        draft.by_app,
        draft.from_slackbot,
        draft.only_for,
        draft.text,
        to_json(draft.blocks),
        to_json(draft.attachments),
        to_json(draft.metadata),
    )
    assert row is not None
    tell_change(desk, row)
    return row


def tell_change(desk: Desk, row: Row) -> None:
    change = {"type": "message", "channel": row["channel_id"], "ts": row["ts"], "thread_ts": row["thread_ts"]}
    desk.feed.tell(change, only_for=row["only_for"])


async def find_message(desk: Desk, channel: str, ts: str) -> Row | None:
    return await desk.state.pool.fetchrow(
        "select * from slack_messages where channel_id = $1 and ts = $2 and not deleted", channel, ts
    )


async def list_messages(
    desk: Desk,
    channel: str,
    *,
    thread_ts: str | None = None,
    reader: str | None = None,
    oldest: str = "0",
    latest: str = "9999999999",
) -> list[Row]:
    """Return a channel's top messages, or a whole thread, oldest first; ephemerals only for their reader."""
    return await desk.state.pool.fetch(_THREADS, channel, thread_ts, reader, oldest, latest)


async def find_latest(desk: Desk, reader: str) -> dict[str, str]:
    """Return for each channel when its newest top message came that this reader can see."""
    rows = await desk.state.pool.fetch(
        "select channel_id, max(ts) as latest from slack_messages"
        " where thread_ts is null and not deleted and (only_for is null or only_for = $1) group by channel_id",
        reader,
    )
    return {row["channel_id"]: row["latest"] for row in rows}


def message_shape(row: Row, workspace: Workspace, *, with_metadata: bool = True) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "type": "message",
        "user": SLACKBOT if row["from_slackbot"] else row["person_id"],
        "text": row["text"],
        "ts": row["ts"],
        "team": workspace.team_id,
    }
    if row["by_app"]:
        shape |= {
            "bot_id": workspace.bot_id,
            "app_id": workspace.app_id,
            "bot_profile": bot_profile(workspace),
        }
    for name in ("blocks", "attachments"):
        if row[name] is not None:
            shape[name] = from_json(row[name])
    if with_metadata and row["metadata"] is not None:
        shape["metadata"] = from_json(row["metadata"])
    if row["edited_ts"] is not None:
        shape["edited"] = {"user": row["person_id"], "ts": row["edited_ts"]}
    return shape | _thread_shape(row)


def bot_profile(workspace: Workspace) -> dict[str, Any]:
    return {
        "id": workspace.bot_id,
        "deleted": False,
        "name": "tenantbot",
        "updated": 0,
        "app_id": workspace.app_id,
        "user_id": workspace.bot_user_id,
        "icons": {},
        "team_id": workspace.team_id,
    }


def _thread_shape(row: Row) -> dict[str, Any]:
    if row["thread_ts"] is not None:
        return {"thread_ts": row["thread_ts"], "parent_user_id": row.get("parent_user_id") or ""}
    if replies := row.get("reply_count"):
        return {
            "thread_ts": row["ts"],
            "reply_count": replies,
            "reply_users_count": len(row["reply_users"]),
            "latest_reply": row["latest_reply"],
            "reply_users": row["reply_users"],
            "is_locked": False,
            "subscribed": False,
        }
    return {}
