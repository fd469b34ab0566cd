"""A person opens the Home tab, their conversation with the app, or says something."""

from __future__ import annotations

from typing import Any

from sandbox.slack.channels import ensure_im
from sandbox.slack.events import tell_event, tell_of_message
from sandbox.slack.messages import Draft, find_message, message_shape, say
from sandbox.slack.people.person import Person, get_joined_channel
from sandbox.slack.refusals import Refusal
from sandbox.slack.views import find_home, view_shape


async def open_home(person: Person) -> dict[str, Any]:
    channel, _ = await ensure_im(person.desk, person.workspace, person.id)
    event: dict[str, Any] = {
        "type": "app_home_opened",
        "user": person.id,
        "channel": channel,
        "tab": "home",
        "event_ts": person.desk.timestamps.next(),
    }
    view = await find_home(person.desk, person.id)
    if view is not None:
        event["view"] = view_shape(view, person.workspace)
    await tell_event(person.desk, person.workspace, "app_home_opened", event)
    return {"ok": True, "channel": channel}


async def open_conversation(person: Person) -> dict[str, Any]:
    channel, _ = await ensure_im(person.desk, person.workspace, person.id)
    return {"ok": True, "channel": channel}


async def speak(person: Person, channel: str, text: str, thread_ts: str | None) -> dict[str, Any]:
    row = await get_joined_channel(person, channel)
    if not text.strip():
        raise Refusal("no_text")
    if thread_ts is not None:
        root = await find_message(person.desk, channel, thread_ts)
        if root is None or root["only_for"] is not None:
            raise Refusal("thread_not_found")
        thread_ts = root["thread_ts"] or root["ts"]
    message = await say(person.desk, Draft(channel, person.id, text, thread_ts=thread_ts))
    await tell_of_message(person.desk, person.workspace, row, message)
    return {"ok": True, "message": message_shape(message, person.workspace)}
