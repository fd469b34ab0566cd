"""A person acts on an element: in a message, in a modal, in the Home tab."""

from __future__ import annotations

from typing import Any

from sandbox.slack.blocks.surfaces import elements_of
from sandbox.slack.delivery.dispatch import ask_app
from sandbox.slack.messages import find_message, message_shape
from sandbox.slack.people.person import Person, get_joined_channel
from sandbox.slack.people.values import put, state_of
from sandbox.slack.refusals import Refusal
from sandbox.slack.response_urls import make_response_url
from sandbox.slack.sql import Row, from_json
from sandbox.slack.triggers import make_trigger
from sandbox.slack.views import find_view, remember_state, view_shape

_OF_THE_ELEMENT = ("text", "value", "style", "url", "confirm", "placeholder", "initial_option")
_BUTTONS = ("button", "workflow_button", "icon_button", "feedback_buttons")


async def click_message(person: Person, channel: str, ts: str, act: dict[str, Any]) -> dict[str, Any]:
    desk = person.desk
    channel_row = await get_joined_channel(person, channel)
    message = await find_message(desk, channel, ts)
    if message is None or message["only_for"] not in (None, person.id):
        raise Refusal("message_not_found")
    blocks = from_json(message["blocks"]) or []
    is_ephemeral = message["only_for"] is not None
    container = {"type": "message", "message_ts": ts, "channel_id": channel, "is_ephemeral": is_ephemeral}
    if message["thread_ts"] is not None:
        container["thread_ts"] = message["thread_ts"]
    payload = person.signature() | {
        "type": "block_actions",
        "container": container,
        "trigger_id": await make_trigger(desk, person.id),
        "channel": {"id": channel, "name": _name(channel_row)},
        "state": {"values": state_of(blocks, act.get("values"))},
        "response_url": await make_response_url(desk, person.id, channel, message_ts=ts, kind="actions"),
        "actions": [_action(person, blocks, act)],
    }
    if not is_ephemeral:
        payload["message"] = message_shape(message, person.workspace)
    return await _send(person, payload)


async def click_view(person: Person, view_id: str, act: dict[str, Any]) -> dict[str, Any]:
    view = await find_view(person.desk, view_id)
    if view is None or view["person_id"] != person.id:
        raise Refusal("view_not_found")
    shape = view_shape(view, person.workspace)
    state = state_of(shape["blocks"], act.get("values"), from_json(view["state"]))
    action = _action(person, shape["blocks"], act)
    if action["type"] not in (*_BUTTONS, "overflow"):
        state.setdefault(action["block_id"], {})[action["action_id"]] = put(
            _element(shape["blocks"], act), act.get("value")
        )
    await remember_state(person.desk, view, state)
    payload = person.signature() | {
        "type": "block_actions",
        "container": {"type": "view", "view_id": view_id},
        "trigger_id": await make_trigger(
            person.desk, person.id, view_id if view["kind"] == "modal" else None
        ),
        "view": shape | {"state": {"values": state}},
        "actions": [action],
    }
    return await _send(person, payload)


async def _send(person: Person, payload: dict[str, Any]) -> dict[str, Any]:
    answer = await ask_app(person.desk, "interactive", payload)
    return {"ok": True} if answer.failure is None else {"ok": False, "error": answer.failure}


def _action(person: Person, blocks: list[dict[str, Any]], act: dict[str, Any]) -> dict[str, Any]:
    element = _element(blocks, act)
    action = {"type": element["type"], "action_id": element["action_id"], "block_id": act["block_id"]}
    action |= {name: element[name] for name in _OF_THE_ELEMENT if name in element}
    if element["type"] not in _BUTTONS:
        action |= put(element, act.get("value"))
    return action | {"action_ts": person.desk.timestamps.next()}


def _element(blocks: list[dict[str, Any]], act: dict[str, Any]) -> dict[str, Any]:
    for block in _all_blocks(blocks):
        if block.get("block_id") == act.get("block_id"):
            for element in elements_of(block):
                if element.get("action_id") == act.get("action_id") and "type" in element:
                    return element
    raise Refusal("action_not_found")


def _all_blocks(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [inner for block in blocks for inner in (block, *_all_blocks(block.get("child_blocks", [])))]


def _name(channel: Row) -> str:
    return "directmessage" if channel["kind"] == "im" else str(channel["name"])
