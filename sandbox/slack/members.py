"""People and user groups, as the Web API describes them."""

from __future__ import annotations

from typing import Any

from sandbox.slack.desk import Desk
from sandbox.slack.sql import Row, read_script
from sandbox.slack.workspace import Workspace

_GROUPS = read_script("groups.sql")


async def find_person(desk: Desk, person: str) -> Row | None:
    return await desk.state.pool.fetchrow("select * from slack_people where id = $1", person)


async def list_people(desk: Desk) -> list[Row]:
    return await desk.state.pool.fetch("select * from slack_people order by id")


async def list_groups(desk: Desk) -> list[Row]:
    return await desk.state.pool.fetch(_GROUPS)


def person_shape(row: Row, workspace: Workspace) -> dict[str, Any]:
    profile = {
        "title": "",
        "phone": "",
        "skype": "",
        "real_name": row["real_name"],
        "real_name_normalized": row["real_name"],
        "display_name": row["name"],
        "display_name_normalized": row["name"],
        "status_text": "",
        "status_emoji": "",
        "team": row["team_id"],
    }
    if row["id"] == workspace.bot_user_id:
        profile |= {"bot_id": workspace.bot_id, "api_app_id": workspace.app_id}
    shape: dict[str, Any] = {
        "id": row["id"],
        "team_id": row["team_id"],
        "name": row["name"],
        "real_name": row["real_name"],
        "deleted": row["deleted"],
        "profile": profile,
        "is_bot": row["is_bot"],
        "is_app_user": False,
        "updated": int(row["updated"].timestamp()),
    }
    if row["deleted"]:
        return shape
    shape |= {
        "tz": "Etc/UTC",
        "tz_label": "Coordinated Universal Time",
        "tz_offset": 0,
        "is_admin": False,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": row["is_restricted"],
        "is_ultra_restricted": row["is_ultra_restricted"],
    }
    return shape | {"is_stranger": True} if row["is_stranger"] else shape


def group_shape(row: Row, workspace: Workspace, *, with_users: bool, with_count: bool) -> dict[str, Any]:
    shape = {
        "id": row["id"],
        "team_id": workspace.team_id,
        "is_usergroup": True,
        "is_subteam": True,
        "name": row["name"],
        "description": row["description"],
        "handle": row["handle"],
        "is_external": False,
        "date_create": int(row["created"].timestamp()),
        "date_update": int(row["updated"].timestamp()),
        "date_delete": int(row["deleted_at"].timestamp()) if row["deleted_at"] else 0,
        "created_by": "USLACKBOT",
        "updated_by": "USLACKBOT",
        "prefs": {"channels": [], "groups": []},
    }
    if with_users:
        shape["users"] = row["members"]
    return shape | {"user_count": len(row["members"])} if with_count else shape
