"""What the app answers to a command or a click: a message for one or for all, or a change of the one clicked."""

from __future__ import annotations

from typing import Any

from sandbox.slack.arguments import Arguments
from sandbox.slack.desk import Desk
from sandbox.slack.messages import Draft, find_message, say, tell_change
from sandbox.slack.methods.drafts import read_content
from sandbox.slack.methods.method import Call
from sandbox.slack.refusals import Refusal
from sandbox.slack.sql import Row, to_json
from sandbox.slack.workspace import Workspace

_KINDS = ("ephemeral", "in_channel")


async def answer_person(
    desk: Desk,
    workspace: Workspace,
    answer: dict[str, Any],
    *,
    person: str,
    channel: str,
    message_ts: str | None = None,
) -> None:
    """Say or change what the answer asks for; refuse it where Slack would not take it."""
    call = Call(desk, workspace, Arguments(answer), frozenset())
    original = await find_message(desk, channel, message_ts) if message_ts else None
    if original is not None and call.arguments.flag("delete_original"):
        await _delete(desk, original)
        return
    kind = call.arguments.text("response_type", "ephemeral")
    if kind not in _KINDS:
        raise Refusal("invalid_payload")
    if original is not None and call.arguments.flag("replace_original"):
        await _replace(call, original)
        return
    content = read_content(call)
    draft = Draft(
        channel_id=channel,
        person_id=workspace.bot_user_id,
        text=content.text,
        thread_ts=call.arguments.text("thread_ts") or None,
        blocks=content.blocks,
        attachments=content.attachments,
        metadata=content.metadata,
        by_app=True,
        only_for=person if kind == "ephemeral" else None,
    )
    await say(desk, draft)


async def complain(desk: Desk, person: str, channel: str, text: str) -> None:
    """Let Slack itself tell a person that something did not work."""
    await say(desk, Draft(channel, person, text, from_slackbot=True, only_for=person))


async def _delete(desk: Desk, row: Row) -> None:
    await desk.state.pool.execute(
        "update slack_messages set deleted = true where channel_id = $1 and ts = $2",
        row["channel_id"],
        row["ts"],
    )
    tell_change(desk, row)


async def _replace(call: Call, row: Row) -> None:
    content = read_content(call)
    await call.desk.state.pool.execute(
        "update slack_messages set text = $3, blocks = $4::text::jsonb, attachments = $5::text::jsonb,"
        " edited_ts = $6 where channel_id = $1 and ts = $2",
        row["channel_id"],
        row["ts"],
        content.text,
        to_json(content.blocks),
        to_json(content.attachments),
        call.desk.timestamps.next(),
    )
    tell_change(call.desk, row)
