"""Opening, changing, stacking and publishing views."""

from __future__ import annotations

from typing import Any

from sandbox.slack.blocks import check_view
from sandbox.slack.limits import TIER4
from sandbox.slack.members import find_person
from sandbox.slack.methods.method import Answer, Call, Method
from sandbox.slack.refusals import Refusal, invalid_arguments
from sandbox.slack.sql import Row
from sandbox.slack.triggers import use_trigger
from sandbox.slack.views import (
    MOST_IN_STACK,
    add_view,
    check_hash,
    close_views,
    find_home,
    find_view,
    open_stack,
    publish_home,
    replace_view,
    view_shape,
)


async def _open(call: Call) -> Answer:
    view = _read_view(call, "modal")
    trigger = await use_trigger(call.desk, call.arguments.text("trigger_id"))
    # A person has one stack of modals: a new one takes the place of what is open.
    if before := await open_stack(call.desk, trigger.person_id):
        await close_views(call.desk, trigger.person_id, before)
    return _shown(call, await add_view(call.desk, trigger.person_id, view))


async def _push(call: Call) -> Answer:
    view = _read_view(call, "modal")
    trigger = await use_trigger(call.desk, call.arguments.text("trigger_id"))
    stack = await open_stack(call.desk, trigger.person_id)
    if trigger.view_id is None or not stack:
        raise Refusal("not_found")
    if len(stack) >= MOST_IN_STACK:
        raise Refusal("push_limit_reached")
    return _shown(call, await add_view(call.desk, trigger.person_id, view, below=stack[-1]))


async def _update(call: Call) -> Answer:
    view = _read_view(call, "modal", "home")
    number, external = call.arguments.text("view_id"), call.arguments.text("external_id")
    if bool(number) == bool(external):
        raise invalid_arguments("must provide exactly one of view_id, external_id")
    before = await find_view(call.desk, number, external)
    if before is None:
        raise Refusal("not_found")
    if before["kind"] != view["type"]:
        raise invalid_arguments("view type cannot change [json-pointer:/view/type]")
    check_hash(before, call.arguments.text("hash"))
    return _shown(call, await replace_view(call.desk, before, view))


async def _publish(call: Call) -> Answer:
    view = _read_view(call, "home")
    person = await find_person(call.desk, call.arguments.required("user_id"))
    if person is None or person["is_bot"] or person["deleted"]:
        raise invalid_arguments("invalid `user_id`")
    check_hash(await find_home(call.desk, person["id"]), call.arguments.text("hash"))
    return _shown(call, await publish_home(call.desk, person["id"], view))


def _read_view(call: Call, *kinds: str) -> dict[str, Any]:
    view = call.arguments.json("view", malformed="invalid_arguments")
    if view is None:
        raise invalid_arguments("missing required field: view")
    check_view(view, *kinds)
    assert isinstance(view, dict)
    return view


def _shown(call: Call, row: Row) -> Answer:
    return {"view": view_shape(row, call.workspace)}


METHODS = {
    "views.open": Method(_open, TIER4),
    "views.push": Method(_push, TIER4),
    "views.update": Method(_update, TIER4),
    "views.publish": Method(_publish, TIER4),
}
