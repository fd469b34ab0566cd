"""What a person sees: channels, messages, threads, modals, the Home tab, and what changes meanwhile."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from sandbox.slack.channels import list_channels
from sandbox.slack.desk import Desk
from sandbox.slack.files import find_file, picture_type
from sandbox.slack.members import list_groups, list_people, person_shape
from sandbox.slack.messages import find_latest, list_messages, message_shape
from sandbox.slack.people.person import Person, get_person
from sandbox.slack.refusals import Refusal
from sandbox.slack.sql import Row
from sandbox.slack.views import find_home, open_stack, view_shape
from sandbox.slack.workspace import people_to_be


async def show_workspace(desk: Desk, _request: Request) -> Response:
    at = await desk.workspace()
    people = [person_shape(row, at) for row in await list_people(desk)]
    groups = [
        {"id": row["id"], "name": row["name"], "handle": row["handle"], "users": row["members"]}
        for row in await list_groups(desk)
    ]
    return JSONResponse(
        {
            "team": {"id": at.team_id, "name": at.name, "domain": at.domain},
            "app": {"id": at.app_id, "bot_user_id": at.bot_user_id, "commands": at.commands},
            "connections": desk.sockets.count,
            "request_url": at.request_url,
            "people_to_be": people_to_be(),
            "people": people,
            "groups": groups,
        }
    )


async def show_channels(desk: Desk, request: Request) -> Response:
    person = await _person(desk, request)
    latest = await find_latest(desk, person.id)
    return JSONResponse(
        {
            "channels": [
                {
                    "id": row["id"],
                    "name": row["name"],
                    "kind": row["kind"],
                    "purpose": row["purpose"],
                    "is_member": person.id in row["members"],
                    "is_archived": row["is_archived"],
                    "is_ext_shared": row["is_ext_shared"],
                    "members": row["members"],
                    "latest": latest.get(row["id"]),
                }
                for row in await list_channels(desk)
                if person.id in row["members"] or (row["kind"] == "channel" and not person.is_outsider)
            ]
        }
    )


async def show_messages(desk: Desk, request: Request) -> Response:
    return await _messages(desk, request, None)


async def show_thread(desk: Desk, request: Request) -> Response:
    return await _messages(desk, request, request.path_params["ts"])


async def show_file(desk: Desk, request: Request) -> Response:
    """The content of a picture; of other files nothing is to be seen."""
    row = await find_file(desk, request.path_params["file"])
    kind = picture_type(row["content"] or b"") if row is not None else None
    if row is None or kind is None:
        raise Refusal("file_not_found")
    return Response(row["content"], media_type=kind, headers={"cache-control": "private, max-age=86400"})


async def show_views(desk: Desk, request: Request) -> Response:
    person = await _person(desk, request)
    views = await open_stack(desk, person.id)
    return JSONResponse({"views": [view_shape(view, person.workspace) for view in views]})


async def show_home(desk: Desk, request: Request) -> Response:
    person = await _person(desk, request)
    view = await find_home(desk, person.id)
    return JSONResponse({"view": None if view is None else view_shape(view, person.workspace)})


async def stream_changes(desk: Desk, request: Request) -> Response:
    person = await _person(desk, request)
    return StreamingResponse(
        _as_events(desk.feed.listen(person.id)),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


async def _as_events(changes: AsyncIterator[dict[str, Any]]) -> AsyncIterator[str]:
    async for change in changes:
        yield f"data: {json.dumps(change)}\n\n"


async def _messages(desk: Desk, request: Request, thread: str | None) -> Response:
    person = await _person(desk, request)
    channel = request.path_params["channel"]
    seen = [row for row in await list_channels(desk) if row["id"] == channel]
    if not seen or (person.id not in seen[0]["members"] and seen[0]["kind"] != "channel"):
        raise Refusal("channel_not_found")
    rows = await list_messages(desk, channel, thread_ts=thread, reader=person.id)
    return JSONResponse({"messages": [_seen(row, person) for row in rows]})


def _seen(row: Row, person: Person) -> dict[str, Any]:
    return message_shape(row, person.workspace) | {
        "is_ephemeral": row["only_for"] is not None,
        "is_deleted": row["deleted"],
    }


async def _person(desk: Desk, request: Request) -> Person:
    return await get_person(desk, request.path_params["person"])
