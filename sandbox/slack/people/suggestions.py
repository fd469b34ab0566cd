"""A person types into a menu whose options the app knows."""

from __future__ import annotations

from typing import Any

from sandbox.slack.blocks.checks import array, shape
from sandbox.slack.blocks.objects import OPTION, OPTION_GROUP
from sandbox.slack.delivery.dispatch import ask_app
from sandbox.slack.people.person import Person
from sandbox.slack.refusals import Refusal
from sandbox.slack.views import find_view, view_shape

_LISTS = {"options": array(OPTION, most=100), "option_groups": array(OPTION_GROUP, most=100)}
_ANSWER = shape({}, _LISTS)


async def suggest(person: Person, view_id: str, asked: dict[str, Any]) -> dict[str, Any]:
    """Return the options that the app has for what is typed so far."""
    view = await find_view(person.desk, view_id)
    if view is None or view["person_id"] != person.id:
        raise Refusal("view_not_found")
    payload = person.signature() | {
        "type": "block_suggestion",
        "container": {"type": "view", "view_id": view_id},
        "view": view_shape(view, person.workspace),
        "block_id": asked.get("block_id"),
        "action_id": asked.get("action_id"),
        "value": asked.get("value", ""),
    }
    answer = await ask_app(person.desk, "interactive", payload)
    if answer.failure is not None:
        return {"ok": False, "error": answer.failure}
    problems: list[str] = []
    _ANSWER(answer.payload or {}, "", problems)
    if problems:
        raise Refusal("invalid_options", response_metadata={"messages": problems})
    return {"ok": True, **(answer.payload or {})}
