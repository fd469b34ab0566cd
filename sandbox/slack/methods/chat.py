"""Saying, changing and taking back messages."""

from __future__ import annotations

from sandbox.slack.channels import ensure_im, get_visible_channel
from sandbox.slack.events import tell_of_message
from sandbox.slack.files import check_pictures
from sandbox.slack.limits import SPECIAL, TIER3, TIER4, spend_message
from sandbox.slack.members import find_person
from sandbox.slack.messages import Draft, find_message, message_shape, say, tell_change
from sandbox.slack.methods.drafts import Content, read_content
from sandbox.slack.methods.method import Answer, Call, Method
from sandbox.slack.refusals import Refusal
from sandbox.slack.sql import Row, from_json, read_script, to_json

_CHANGE = read_script("change_message.sql")


async def _post(call: Call) -> Answer:
    channel = await _writable_channel(call)
    content = read_content(call)
    await check_pictures(call.desk, content.blocks)
    thread = await _thread(call, channel)
    await spend_message(call.desk, call.workspace, channel["id"])
    row = await say(call.desk, _draft(call, channel, content, thread))
    await tell_of_message(call.desk, call.workspace, channel, row)
    return {
        "channel": channel["id"],
        "ts": row["ts"],
        "message": message_shape(row, call.workspace),
    }


async def _post_ephemeral(call: Call) -> Answer:
    channel = await _writable_channel(call)
    reader = call.arguments.required("user")
    content = read_content(call, with_metadata=False)
    if await find_person(call.desk, reader) is None or reader not in channel["members"]:
        raise Refusal("user_not_in_channel")
    thread = await _thread(call, channel)
    row = await say(call.desk, _draft(call, channel, content, thread, only_for=reader))
    return {"message_ts": row["ts"]}


async def _update(call: Call) -> Answer:
    channel = await _seen_channel(call)
    if channel["is_archived"]:
        raise Refusal("is_inactive")
    before = await _own_message(call, channel, "cant_update_message")
    content = read_content(call, changes=True)
    await check_pictures(call.desk, content.blocks)
    _keep_shape(before, content)
    changed = await call.desk.state.pool.fetchrow(
        _CHANGE,
        channel["id"],
        before["ts"],
        content.text,
        to_json(content.blocks),
        to_json(content.attachments),
        to_json(content.metadata),
        call.desk.timestamps.next(),
    )
    assert changed is not None
    tell_change(call.desk, changed)
    message = message_shape(changed, call.workspace)
    for name in ("ts", "thread_ts", "parent_user_id"):  # said beside the message, or not at all
        message.pop(name, None)
    return {"channel": channel["id"], "ts": changed["ts"], "text": changed["text"], "message": message}


async def _delete(call: Call) -> Answer:
    channel = await _seen_channel(call)
    row = await _own_message(call, channel, "cant_delete_message")
    await call.desk.state.pool.execute(
        "update slack_messages set deleted = true, text = 'This message was deleted.', blocks = null,"
        " attachments = null, metadata = null where channel_id = $1 and ts = $2",
        channel["id"],
        row["ts"],
    )
    tell_change(call.desk, row)
    return {"channel": channel["id"], "ts": row["ts"]}


async def _permalink(call: Call) -> Answer:
    channel = await _seen_channel(call)
    row = await find_message(call.desk, channel["id"], call.arguments.required("message_ts"))
    if row is None or row["only_for"] is not None:
        raise Refusal("message_not_found")
    query = f"?thread_ts={row['thread_ts']}&cid={channel['id']}" if row["thread_ts"] else ""
    address = f"{call.workspace.url}archives/{channel['id']}/p{row['ts'].replace('.', '')}{query}"
    return {"channel": channel["id"], "permalink": address}


async def _seen_channel(call: Call) -> Row:
    return await get_visible_channel(call.desk, call.arguments.text("channel"), call.bot)


async def _writable_channel(call: Call) -> Row:
    name = call.arguments.text("channel")
    if await find_person(call.desk, name) is not None:  # a message to a person goes to their conversation
        name, _ = await ensure_im(call.desk, call.workspace, name)
    channel = await get_visible_channel(call.desk, name, call.bot)
    if channel["is_archived"]:
        raise Refusal("is_archived")
    if call.bot not in channel["members"]:
        raise Refusal("not_in_channel")
    return channel


async def _thread(call: Call, channel: Row) -> str | None:
    """Return the root of the thread; an answer to an answer belongs to the same thread."""
    ts = call.arguments.text("thread_ts")
    if not ts:
        return None
    root = await find_message(call.desk, channel["id"], ts)
    if root is None or root["only_for"] is not None:
        raise Refusal("thread_not_found")
    found: str = root["thread_ts"] or root["ts"]
    return found


async def _own_message(call: Call, channel: Row, otherwise: str) -> Row:
    row = await find_message(call.desk, channel["id"], call.arguments.required("ts"))
    if row is None or row["only_for"] is not None:
        raise Refusal("message_not_found")
    if not row["by_app"]:
        raise Refusal(otherwise)
    return row


def _keep_shape(before: Row, content: Content) -> None:
    """Refuse to replace a message that is one rich text by other blocks."""
    kinds = [
        {block["type"] for block in blocks or []} for blocks in (from_json(before["blocks"]), content.blocks)
    ]
    if kinds[0] == {"rich_text"} and content.blocks and "rich_text" not in kinds[1]:
        raise Refusal("block_mismatch")


def _draft(
    call: Call, channel: Row, content: Content, thread: str | None, *, only_for: str | None = None
) -> Draft:
    return Draft(
        channel_id=channel["id"],
        person_id=call.bot,
        text=content.text,
        thread_ts=thread,
        blocks=content.blocks,
        attachments=content.attachments,
        metadata=content.metadata,
        by_app=True,
        only_for=only_for,
    )


METHODS = {
    "chat.postMessage": Method(_post, SPECIAL, ("chat:write",)),
    "chat.postEphemeral": Method(_post_ephemeral, TIER4, ("chat:write",)),
    "chat.update": Method(_update, TIER3, ("chat:write",)),
    "chat.delete": Method(_delete, TIER3, ("chat:write",)),
    "chat.getPermalink": Method(_permalink, SPECIAL),
}
