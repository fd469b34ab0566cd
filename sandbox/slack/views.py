"""Modals and Home tabs: kept per person, stacked, changed under a hash, and put into their shape."""

from __future__ import annotations

import secrets
import time
from typing import Any

import asyncpg

from sandbox.slack.blocks import fill_ids
from sandbox.slack.blocks.fill import with_emoji
from sandbox.slack.clock import new_id
from sandbox.slack.desk import Desk
from sandbox.slack.refusals import Refusal
from sandbox.slack.sql import Row, from_json, read_script, to_json
from sandbox.slack.workspace import Workspace

MOST_IN_STACK = 3
_KEEP = read_script("keep_view.sql")


async def open_stack(desk: Desk, person: str) -> list[Row]:
    """Return the modals that a person has before them, the top one last."""
    return await desk.state.pool.fetch(
        "select * from slack_views where person_id = $1 and kind = 'modal' and closed_at is null"
        " order by opened_at",
        person,
    )


async def find_view(desk: Desk, view_id: str = "", external_id: str = "") -> Row | None:
    return await desk.state.pool.fetchrow(
        "select * from slack_views where closed_at is null"
        " and case when $1 <> '' then id = $1 else external_id = $2 and $2 <> '' end",
        view_id,
        external_id,
    )


async def find_home(desk: Desk, person: str) -> Row | None:
    return await desk.state.pool.fetchrow(
        "select * from slack_views where kind = 'home' and person_id = $1", person
    )


async def add_view(desk: Desk, person: str, definition: dict[str, Any], *, below: Row | None = None) -> Row:
    """Show a view to a person; `below` is the one that it lies on."""
    number = new_id("V")
    root, previous = (below["root_id"], below["id"]) if below is not None else (number, None)
    return await _keep(desk, number, person, definition, root, previous)


async def publish_home(desk: Desk, person: str, definition: dict[str, Any]) -> Row:
    before = await find_home(desk, person)
    number = before["id"] if before is not None else new_id("V")
    return await _keep(desk, number, person, definition, number, None)


async def replace_view(desk: Desk, before: Row, definition: dict[str, Any]) -> Row:
    """Change a view in its place; what was entered stays where a field keeps its ids."""
    return await _keep(
        desk, before["id"], before["person_id"], definition, before["root_id"], before["previous_id"]
    )


async def remember_state(desk: Desk, view: Row, state: dict[str, Any]) -> None:
    await desk.state.pool.execute(
        "update slack_views set state = $2::text::jsonb where id = $1", view["id"], to_json(state)
    )


async def close_views(desk: Desk, person: str, views: list[Row]) -> None:
    await desk.state.pool.execute(
        "update slack_views set closed_at = now() where id = any($1::text[])", [view["id"] for view in views]
    )
    desk.feed.tell({"type": "view"}, only_for=person)


def check_hash(view: Row | None, expected: str) -> None:
    if expected and (view is None or view["hash"] != expected):
        raise Refusal("hash_conflict")


def view_shape(row: Row, workspace: Workspace) -> dict[str, Any]:
    definition = from_json(row["definition"])
    shape = {
        "id": row["id"],
        "team_id": workspace.team_id,
        "type": row["kind"],
        "blocks": definition["blocks"],
        "private_metadata": definition.get("private_metadata", ""),
        "callback_id": definition.get("callback_id", ""),
        "state": {"values": from_json(row["state"])},
        "hash": row["hash"],
        "title": definition.get("title", {"type": "plain_text", "text": "View Title", "emoji": True}),
        "clear_on_close": definition.get("clear_on_close", False),
        "notify_on_close": definition.get("notify_on_close", False),
        "close": definition.get("close"),
        "submit": definition.get("submit"),
        "previous_view_id": row["previous_id"],
        "root_view_id": row["root_id"],
        "app_id": workspace.app_id,
        "external_id": row["external_id"],
        "app_installed_team_id": workspace.team_id,
        "bot_id": workspace.bot_id,
    }
    return shape | {"submit_disabled": True} if definition.get("submit_disabled") else shape


async def _keep(
    desk: Desk, number: str, person: str, definition: dict[str, Any], root: str, previous: str | None
) -> Row:
    filled = {**with_emoji(definition), "blocks": fill_ids(definition["blocks"])}
    stamp = f"{int(time.time())}.{secrets.token_hex(4)}"
    try:
        row = await desk.state.pool.fetchrow(
            _KEEP,
            number,
            definition["type"],
            person,
            to_json(filled),
            stamp,
            definition.get("external_id", ""),
            root,
            previous,
        )
    except asyncpg.UniqueViolationError:
        raise Refusal("duplicate_external_id") from None
    assert row is not None
    desk.feed.tell({"type": "home" if row["kind"] == "home" else "view"}, only_for=person)
    return row
