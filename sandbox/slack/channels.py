"""Channels and who is in them: what the Web API says of each, and which the app may see."""

from __future__ import annotations

from typing import Any

from sandbox.slack.clock import new_id
from sandbox.slack.desk import Desk
from sandbox.slack.refusals import Refusal
from sandbox.slack.sql import Row
from sandbox.slack.workspace import Workspace

_WITH_MEMBERS = """
select c.*, array(select person_id from slack_members where channel_id = c.id order by person_id) as members
from slack_channels c
"""
READ_SCOPES = {"channel": "channels", "group": "groups", "im": "im"}


async def find_channel(desk: Desk, channel: str) -> Row | None:
    return await desk.state.pool.fetchrow(f"{_WITH_MEMBERS} where c.id = $1", channel)


async def list_channels(desk: Desk) -> list[Row]:
    return await desk.state.pool.fetch(f"{_WITH_MEMBERS} order by c.created, c.id")


async def get_visible_channel(desk: Desk, channel: str, person: str) -> Row:
    """Return a channel that this person can see: a public one, or one that they are in."""
    row = await find_channel(desk, channel)
    if row is None or (row["kind"] != "channel" and person not in row["members"]):
        raise Refusal("channel_not_found")
    return row


async def ensure_im(desk: Desk, workspace: Workspace, person: str) -> tuple[str, bool]:
    """Return the conversation of a person with the app, and whether it had to be opened."""
    async with desk.state.pool.acquire() as connection, connection.transaction():
        await connection.execute("select from slack_people where id = $1 for update", person)
        found: str | None = await connection.fetchval(
            "select id from slack_channels where kind = 'im' and person_id = $1", person
        )
        if found is not None:
            return found, False
        channel = new_id("D")
        await connection.execute(
            "insert into slack_channels (id, name, kind, person_id) values ($1, $1, 'im', $2)",
            channel,
            person,
        )
        await connection.executemany(
            "insert into slack_members (channel_id, person_id) values ($1, $2)",
            [(channel, person), (channel, workspace.bot_user_id)],
        )
    desk.feed.tell({"type": "channels"}, only_for=person)
    return channel, True


def channel_shape(row: Row, workspace: Workspace, *, with_count: bool = False) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "id": row["id"],
        "created": int(row["created"].timestamp()),
        "is_archived": row["is_archived"],
        "is_org_shared": False,
        "context_team_id": workspace.team_id,
        "updated": int(row["created"].timestamp() * 1000),
    }
    if row["kind"] == "im":
        return shape | {"is_im": True, "user": row["person_id"]}
    is_private = row["kind"] == "group"
    if with_count:
        shape["num_members"] = len(row["members"])
    return shape | {
        "name": row["name"],
        "name_normalized": row["name"],
        "is_channel": not is_private,
        "is_group": is_private,
        "is_im": False,
        "is_mpim": False,
        "is_private": is_private,
        "is_general": row["is_general"],
        "is_shared": row["is_ext_shared"],
        "is_ext_shared": row["is_ext_shared"],
        "is_pending_ext_shared": row["is_pending_ext_shared"],
        "shared_team_ids": row["shared_team_ids"] or [workspace.team_id],
        "pending_shared": [],
        "pending_connected_team_ids": [],
        "internal_team_ids": [],
        "previous_names": [],
        "unlinked": 0,
        "creator": "USLACKBOT",
        "is_member": workspace.bot_user_id in row["members"],
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": row["purpose"], "creator": "", "last_set": 0},
    }
