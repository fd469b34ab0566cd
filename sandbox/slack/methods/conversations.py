"""Reading channels: which there are, who is in them, what was said."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from typing import Any, TypeVar

from sandbox.slack.channels import (
    READ_SCOPES,
    channel_shape,
    ensure_im,
    find_channel,
    get_visible_channel,
    list_channels,
)
from sandbox.slack.limits import TIER2, TIER3, TIER4
from sandbox.slack.members import find_person
from sandbox.slack.messages import list_messages, message_shape
from sandbox.slack.methods.method import Answer, Call, Method
from sandbox.slack.refusals import Refusal
from sandbox.slack.sql import Row

T = TypeVar("T")

_READ = ("channels:read", "groups:read", "im:read", "mpim:read")
_HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")
_KINDS = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}
_TS = re.compile(r"\d{1,12}(\.\d{1,6})?")


async def _open(call: Call) -> Answer:
    people = [name for name in call.arguments.text("users").split(",") if name]
    channel = call.arguments.text("channel")
    if channel:
        row = await get_visible_channel(call.desk, channel, call.bot)
        if row["kind"] != "im":
            raise Refusal("method_not_supported_for_channel_type")
        return {"channel": {"id": row["id"]}, "no_op": True, "already_open": True}
    if not people:
        raise Refusal("users_list_not_supplied")
    if len(people) > 1:
        raise Refusal("missing_scope", needed="mpim:write", provided=",".join(sorted(call.scopes)))
    return await _open_im(call, people[0])


async def _open_im(call: Call, name: str) -> Answer:
    person = await find_person(call.desk, name)
    if person is None or name == call.bot:
        raise Refusal("user_not_found")
    if person["deleted"]:
        raise Refusal("user_disabled")
    number, is_new = await ensure_im(call.desk, call.workspace, name)
    row = await find_channel(call.desk, number)
    assert row is not None
    whole = call.arguments.flag("return_im")
    channel = channel_shape(row, call.workspace) if whole else {"id": number}
    return {"channel": channel} if is_new else {"no_op": True, "already_open": True, "channel": channel}


async def _show(call: Call) -> Answer:
    row = await _readable(call, "read")
    with_count = call.arguments.flag("include_num_members")
    return {"channel": channel_shape(row, call.workspace, with_count=with_count)}


async def _list(call: Call) -> Answer:
    names = call.arguments.text("types", "public_channel").split(",")
    if not set(names) <= _KINDS.keys():
        raise Refusal("invalid_types")
    kinds = [_KINDS[name] for name in names]
    for kind in kinds:
        call.need_scope(f"{READ_SCOPES.get(kind, kind)}:read")
    rows = [
        row
        for row in await list_channels(call.desk)
        if row["kind"] in kinds
        and (row["kind"] == "channel" or call.bot in row["members"])
        and not (row["is_archived"] and call.arguments.flag("exclude_archived"))
    ]
    page, cursor = _page(call, rows, 100)
    channels = [channel_shape(row, call.workspace, with_count=True) for row in page]
    return {"channels": channels, "response_metadata": {"next_cursor": cursor}}


async def _members(call: Call) -> Answer:
    row = await _readable(call, "read")
    members, cursor = _page(call, row["members"], 100)
    return {"members": members, "response_metadata": {"next_cursor": cursor}}


async def _history(call: Call) -> Answer:
    row = await _readable(call, "history")
    if call.bot not in row["members"]:
        raise Refusal("not_in_channel")
    newest_first = (await _messages(call, row))[::-1]
    return _messages_answer(call, *_page(call, newest_first, 100)) | {"pin_count": 0}


async def _replies(call: Call) -> Answer:
    row = await _readable(call, "history")
    ts = call.arguments.required("ts")
    if call.bot not in row["members"]:
        raise Refusal("not_in_channel")
    found = await call.desk.state.pool.fetchrow(
        "select coalesce(thread_ts, ts) as root from slack_messages"
        " where channel_id = $1 and ts = $2 and only_for is null",
        row["id"],
        ts,
    )
    messages = await _messages(call, row, found["root"]) if found is not None else []
    if not messages:
        raise Refusal("thread_not_found")
    return _messages_answer(call, *_page(call, messages, 1000))


async def _readable(call: Call, what: str) -> Row:
    row = await get_visible_channel(call.desk, call.arguments.text("channel"), call.bot)
    call.need_scope(f"{READ_SCOPES[row['kind']]}:{what}")
    return row


async def _messages(call: Call, channel: Row, thread: str | None = None) -> list[Row]:
    oldest, latest = call.arguments.text("oldest", "0"), call.arguments.text("latest", "9999999999")
    for name, value in (("oldest", oldest), ("latest", latest)):
        if not _TS.fullmatch(value):
            raise Refusal(f"invalid_ts_{name}")
    rows = await list_messages(call.desk, channel["id"], thread_ts=thread, oldest=oldest, latest=latest)
    if call.arguments.flag("inclusive"):
        return rows
    return [row for row in rows if row["ts"] not in (oldest, latest)]


def _messages_answer(call: Call, rows: Sequence[Row], cursor: str) -> dict[str, Any]:
    with_metadata = call.arguments.flag("include_all_metadata")
    return {
        "messages": [message_shape(row, call.workspace, with_metadata=with_metadata) for row in rows],
        "has_more": bool(cursor),
        "response_metadata": {"next_cursor": cursor},
    }


def _page(call: Call, items: Sequence[T], default: int) -> tuple[Sequence[T], str]:
    """Return one page of a list and the cursor of the next."""
    limit = call.arguments.limit(default)
    try:
        start = int(base64.b64decode(call.arguments.text("cursor"), validate=True) or 0)
    except (ValueError, binascii.Error):
        raise Refusal("invalid_cursor") from None
    following = start + limit
    cursor = base64.b64encode(str(following).encode()).decode() if following < len(items) else ""
    return items[start:following], cursor


METHODS = {
    "conversations.open": Method(_open, TIER3, ("im:write", "mpim:write", "channels:manage", "groups:write")),
    "conversations.info": Method(_show, TIER3, _READ),
    "conversations.list": Method(_list, TIER2, _READ),
    "conversations.members": Method(_members, TIER4, _READ),
    "conversations.history": Method(_history, TIER3, _HISTORY),
    "conversations.replies": Method(_replies, TIER3, _HISTORY),
}
