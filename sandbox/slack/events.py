"""What the app is told without having asked: messages to it, its Home tab, changes of user groups."""

from __future__ import annotations

import secrets
import time
from typing import Any

from sandbox.slack.clock import new_id
from sandbox.slack.delivery.dispatch import tell_app
from sandbox.slack.desk import Desk
from sandbox.slack.messages import message_shape
from sandbox.slack.sql import Row
from sandbox.slack.workspace import Workspace

_CHANNEL_TYPES = {"channel": "channel", "group": "group", "im": "im"}
_SCOPES = {
    "app_mention": "app_mentions:read",
    "message.channel": "channels:history",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "subteam_members_changed": "usergroups:read",
}


async def tell_event(
    desk: Desk, workspace: Workspace, subscription: str, event: dict[str, Any], *, shared: bool = False
) -> None:
    """Send an event that the app has subscribed to, and may see."""
    scope = _SCOPES.get(subscription)
    if subscription in workspace.events and (scope is None or scope in workspace.scopes):
        await tell_app(desk, _wrap(workspace, event, shared=shared))


async def tell_of_message(desk: Desk, workspace: Workspace, channel: Row, row: Row) -> None:
    """Tell of a message where the app is, or that mentions it."""
    if row["only_for"] is not None or workspace.bot_user_id not in channel["members"]:
        return
    kind = channel["kind"]
    event = message_shape(row, workspace) | {"channel": channel["id"], "event_ts": row["ts"]}
    subscription = "message.im" if kind == "im" else f"message.{kind}s"
    shared = channel["is_ext_shared"]
    typed = event | {"channel_type": _CHANNEL_TYPES[kind]}
    await tell_event(desk, workspace, subscription, typed, shared=shared)
    if kind != "im" and not row["by_app"] and f"<@{workspace.bot_user_id}>" in row["text"]:
        await tell_event(desk, workspace, "app_mention", event | {"type": "app_mention"}, shared=shared)


async def tell_of_group(
    desk: Desk, workspace: Workspace, group: str, *, added: list[str], removed: list[str], before: float
) -> None:
    event = {
        "type": "subteam_members_changed",
        "subteam_id": group,
        "team_id": workspace.team_id,
        "date_previous_update": int(before),
        "date_update": int(time.time()),
        "added_users": added,
        "added_users_count": len(added),
        "removed_users": removed,
        "removed_users_count": len(removed),
        "event_ts": desk.timestamps.next(),
    }
    await tell_event(desk, workspace, "subteam_members_changed", event)


def _wrap(workspace: Workspace, event: dict[str, Any], *, shared: bool) -> dict[str, Any]:
    return {
        "token": "",
        "team_id": workspace.team_id,
        "api_app_id": workspace.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": new_id("Ev"),
        "event_time": int(time.time()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": workspace.team_id,
                "user_id": workspace.bot_user_id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": shared,
        "event_context": secrets.token_urlsafe(24),
    }
