"""The workspace's owner at work: scopes, request URL, limits, groups, sockets, and the account of deliveries."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.slack.arguments import read_object
from sandbox.slack.desk import Desk
from sandbox.slack.events import tell_of_group
from sandbox.slack.members import list_people
from sandbox.slack.refusals import Refusal

_LISTS = ("scopes", "app_scopes", "commands", "events")
_REASONS = ("warning", "refresh_requested", "drop")


async def show_settings(desk: Desk, _request: Request) -> Response:
    return JSONResponse(vars(await desk.workspace()))


async def change_settings(desk: Desk, request: Request) -> Response:
    """Change what the body names; the rest stays."""
    for name, value in (await read_object(request)).items():
        _check(name, value)
        await desk.state.pool.execute(f"update slack_workspace set {name} = $1", value)  # noqa: S608 - a known name
    desk.feed.tell({"type": "workspace"})
    return JSONResponse(vars(await desk.workspace()))


async def change_group(desk: Desk, request: Request) -> Response:
    """Replace the members of a user group, and tell the app of it."""
    group = request.path_params["group"]
    members = (await read_object(request)).get("users")
    known = await desk.state.pool.fetchrow("select updated from slack_groups where id = $1", group)
    if known is None or not isinstance(members, list):
        raise Refusal("no_such_subteam")
    people = {row["id"] for row in await list_people(desk)}
    if not people.issuperset(members):
        raise Refusal("user_not_found")
    async with desk.state.pool.acquire() as connection, connection.transaction():
        before = {
            row["person_id"]
            for row in await connection.fetch(
                "delete from slack_group_members where group_id = $1 returning person_id", group
            )
        }
        await connection.executemany(
            "insert into slack_group_members (group_id, person_id) values ($1, $2)",
            [(group, member) for member in members],
        )
        await connection.execute("update slack_groups set updated = now() where id = $1", group)
    added, removed = sorted(set(members) - before), sorted(before - set(members))
    await tell_of_group(
        desk, await desk.workspace(), group, added=added, removed=removed, before=known["updated"].timestamp()
    )
    desk.feed.tell({"type": "workspace"})
    return JSONResponse({"ok": True, "added": added, "removed": removed})


async def disturb_sockets(desk: Desk, request: Request) -> Response:
    """Warn the open sockets, ask for fresh ones, or drop them without a word."""
    reason = (await read_object(request)).get("reason")
    if reason not in _REASONS:
        raise Refusal("invalid_arguments", needed=_REASONS)
    count = await (desk.sockets.drop() if reason == "drop" else desk.sockets.refresh(reason))
    return JSONResponse({"ok": True, "connections": count})


async def show_deliveries(desk: Desk, _request: Request) -> Response:
    rows = await desk.state.pool.fetch(
        "select id, kind, way, attempt, failure, acked_at is not null as acked,"
        " round(extract(epoch from acked_at - sent_at) * 1000)::int as milliseconds"
        " from slack_deliveries order by sent_at desc limit 500"
    )
    return JSONResponse({"deliveries": [dict(row) for row in rows]})


def _check(name: str, value: Any) -> None:
    if name in _LISTS:
        good = isinstance(value, list) and all(isinstance(entry, str) for entry in value)
    elif name == "request_url":
        good = value is None or (isinstance(value, str) and value.startswith(("http://", "https://")))
    elif name == "limit_scale":
        good = isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0
    else:
        good = False
    if not good:
        raise Refusal("invalid_arguments", needed=name)
