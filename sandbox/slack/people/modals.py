"""A person submits a modal or closes it, and what the app's answer does to it."""

from __future__ import annotations

from typing import Any

from sandbox.slack.blocks import check_view
from sandbox.slack.delivery.dispatch import FAILED, ask_app
from sandbox.slack.people.person import Person
from sandbox.slack.people.values import missing_or_wrong, state_of
from sandbox.slack.refusals import Refusal
from sandbox.slack.sql import Row, from_json
from sandbox.slack.triggers import make_trigger
from sandbox.slack.views import (
    MOST_IN_STACK,
    add_view,
    close_views,
    open_stack,
    remember_state,
    replace_view,
    view_shape,
)

_TROUBLE = "We had some trouble connecting. Try again?"


async def submit_view(person: Person, view_id: str, entered: Any) -> dict[str, Any]:
    view = await _get_top(person, view_id)
    shape = view_shape(view, person.workspace)
    if shape["submit"] is None or shape.get("submit_disabled"):
        raise Refusal("view_cannot_be_submitted")
    state = state_of(shape["blocks"], entered, from_json(view["state"]))
    await remember_state(person.desk, view, state)
    if errors := missing_or_wrong(shape["blocks"], state):
        return {"ok": False, "errors": errors}
    payload = person.signature() | {
        "type": "view_submission",
        "trigger_id": await make_trigger(person.desk, person.id, view_id),
        "view": shape | {"state": {"values": state}},
    }
    answer = await ask_app(person.desk, "interactive", payload)
    if answer.failure is not None:
        return {"ok": False, "error": answer.failure, "message": _TROUBLE}
    try:
        return await _follow(person, view, answer.payload or {})
    except Refusal as refusal:
        return {"ok": False, "error": refusal.error, "message": _TROUBLE, "details": refusal.body}


async def close_view(person: Person, view_id: str, *, everything: bool) -> dict[str, Any]:
    """Close the top view, or all; views that want to know are told of it."""
    stack = await open_stack(person.desk, person.id)
    top = await _get_top(person, view_id)
    everything = everything or view_shape(top, person.workspace)["clear_on_close"]
    closing = stack if everything else [top]
    await close_views(person.desk, person.id, closing)
    for view in reversed(closing):
        shape = view_shape(view, person.workspace)
        if shape["notify_on_close"]:
            payload = {"type": "view_closed", "view": shape, "is_cleared": everything}
            await ask_app(person.desk, "interactive", person.signature() | payload)
    return {"ok": True}


async def _get_top(person: Person, view_id: str) -> Row:
    stack = await open_stack(person.desk, person.id)
    if not stack or stack[-1]["id"] != view_id:
        raise Refusal("view_not_found")
    return stack[-1]


async def _follow(person: Person, view: Row, answer: dict[str, Any]) -> dict[str, Any]:
    desk = person.desk
    match answer.get("response_action"):
        case None:
            await close_views(desk, person.id, [view])
        case "clear":
            await close_views(desk, person.id, await open_stack(desk, person.id))
        case "errors":
            return {"ok": False, "errors": _checked_errors(view, answer.get("errors"))}
        case "update":
            await replace_view(desk, view, _checked_view(answer))
        case "push":
            if len(await open_stack(desk, person.id)) >= MOST_IN_STACK:
                raise Refusal("push_limit_reached")
            await add_view(desk, person.id, _checked_view(answer), below=view)
        case _:
            raise Refusal(FAILED)
    return {"ok": True}


def _checked_view(answer: dict[str, Any]) -> dict[str, Any]:
    view = answer.get("view")
    check_view(view, "modal")
    assert isinstance(view, dict)
    return view


def _checked_errors(view: Row, errors: Any) -> dict[str, str]:
    """Refuse errors that no input of the view could show."""
    inputs = {
        block["block_id"] for block in from_json(view["definition"])["blocks"] if block["type"] == "input"
    }
    if not isinstance(errors, dict) or not errors or not errors.keys() <= inputs:
        raise Refusal("invalid_errors")
    return {name: str(text) for name, text in errors.items()}
