"""Files: an address to upload to, and the message that shares what was uploaded."""

from __future__ import annotations

from typing import Any

from sandbox.slack.channels import get_visible_channel
from sandbox.slack.clock import new_id
from sandbox.slack.limits import TIER4
from sandbox.slack.messages import Draft, say
from sandbox.slack.methods.method import Answer, Call, Method
from sandbox.slack.refusals import Refusal, invalid_arguments


async def _get_upload_url(call: Call) -> Answer:
    name = call.arguments.required("filename")
    length = call.arguments.required("length")
    if not length.isdecimal() or int(length) == 0:
        raise invalid_arguments("length must be more than 0")
    number = new_id("F")
    await call.desk.state.pool.execute(
        "insert into slack_files (id, name, length) values ($1, $2, $3)", number, name, int(length)
    )
    return {"upload_url": f"{call.desk.base_url}/upload/v1/{number}", "file_id": number}


async def _complete_upload(call: Call) -> Answer:
    entries = call.arguments.json("files", malformed="invalid_arguments")
    if not isinstance(entries, list) or not entries:
        raise invalid_arguments("missing required field: files")
    shared = [await _finish(call, entry) for entry in entries]
    if channel := call.arguments.text("channel_id"):
        row = await get_visible_channel(call.desk, channel, call.bot)
        if call.bot not in row["members"]:
            raise Refusal("not_in_channel")
        names = ", ".join(entry["title"] for entry in shared)
        text = call.arguments.text("initial_comment", names)
        thread = call.arguments.text("thread_ts") or None
        await say(call.desk, Draft(row["id"], call.bot, text, thread_ts=thread, by_app=True))
    return {"files": shared}


async def _finish(call: Call, entry: Any) -> dict[str, Any]:
    number = entry.get("id", "") if isinstance(entry, dict) else ""
    row = await call.desk.state.pool.fetchrow(
        "update slack_files set title = coalesce($2, name), completed_at = clock_timestamp()"
        " where id = $1 and content is not null returning *",
        number,
        entry.get("title") if isinstance(entry, dict) else None,
    )
    if row is None:
        raise Refusal("file_not_found")
    return {"id": row["id"], "title": row["title"]}


METHODS = {
    "files.getUploadURLExternal": Method(_get_upload_url, TIER4, ("files:write",)),
    "files.completeUploadExternal": Method(_complete_upload, TIER4, ("files:write",)),
}
