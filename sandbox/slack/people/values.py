"""What a person enters into elements: put into the wire's shape, and checked as Slack's own client does."""

import re
from collections.abc import Iterator
from typing import Any

from sandbox.slack.blocks.surfaces import elements_of
from sandbox.slack.refusals import Refusal

_FIELDS = {
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
    "rich_text_input": "rich_text_value",
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "overflow": "selected_option",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "checkboxes": "selected_options",
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "conversations_select": "selected_conversation",
    "multi_conversations_select": "selected_conversations",
    "channels_select": "selected_channel",
    "multi_channels_select": "selected_channels",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
}
_INITIAL = ("initial_value", "initial_option", "initial_options", "initial_user", "initial_users",
            "initial_conversation", "initial_conversations", "initial_channel", "initial_channels",
            "initial_date", "initial_time", "initial_date_time")  # fmt: skip
_NO_STATE = ("overflow",)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_URL = re.compile(r"https?://\S+")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")

State = dict[str, dict[str, dict[str, Any]]]


def put(element: dict[str, Any], value: Any) -> dict[str, Any]:
    """Return what an element holds once this value is in it; options are named by their value."""
    field = _FIELDS[element["type"]]
    if field == "selected_options":
        value = [_option(element, name) for name in value or []]
    elif field == "selected_option" and value is not None:
        value = _option(element, value)
    elif field == "value":
        if not isinstance(value, str | None):
            raise Refusal("invalid_value")
        value = value or None
    return {"type": element["type"], field: value}


def state_of(blocks: list[dict[str, Any]], entered: Any, before: State | None = None) -> State:
    """Return the state of all fields: as entered, else as it was, else as it began."""
    state: State = {}
    for block, element in _fields(blocks):
        place = state.setdefault(block["block_id"], {})
        given = entered.get(block["block_id"], {}) if isinstance(entered, dict) else {}
        name = element["action_id"]
        if name in given:
            place[name] = put(element, given[name])
        elif before is not None and name in before.get(block["block_id"], {}):
            place[name] = before[block["block_id"]][name]
        else:
            place[name] = _initial(element)
    return state


def missing_or_wrong(blocks: list[dict[str, Any]], state: State) -> dict[str, str]:
    """Return what the client would not send: a sentence for each block."""
    found = {}
    for block, element in _fields(blocks):
        if block["type"] != "input":
            continue
        value = state[block["block_id"]][element["action_id"]][_FIELDS[element["type"]]]
        if value in (None, [], ""):
            if not block.get("optional", False):
                found[block["block_id"]] = "Please complete this required field."
        elif problem := _problem(element, value):
            found[block["block_id"]] = problem
    return found


def _fields(blocks: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for block in blocks:
        for child in block.get("child_blocks", []):
            yield from _fields([child])
        for element in elements_of(block) if "child_blocks" not in block else []:
            if element.get("type") in _FIELDS and element["type"] not in _NO_STATE:
                yield block, element


def _initial(element: dict[str, Any]) -> dict[str, Any]:
    field = _FIELDS[element["type"]]
    for name in _INITIAL:
        if name in element:
            return {"type": element["type"], field: element[name]}
    return {"type": element["type"], field: [] if field.endswith("s") else None}


def _option(element: dict[str, Any], value: Any) -> dict[str, Any]:
    if element["type"].endswith("external_select") and isinstance(value, dict):
        return value
    options = [*element.get("options", [])]
    for group in element.get("option_groups", []):
        options += group["options"]
    for option in options:
        if option["value"] == value:
            found: dict[str, Any] = option
            return found
    raise Refusal("invalid_option", needed=[option["value"] for option in options])


def _problem(element: dict[str, Any], value: Any) -> str | None:
    match element["type"]:
        case "email_text_input" if not _EMAIL.fullmatch(value):
            return "Please enter a valid email address."
        case "url_text_input" if not _URL.fullmatch(value):
            return "Please enter a valid URL."
        case "number_input" if not _NUMBER.fullmatch(value):
            return "Please enter a number."
        case "number_input" if "min_value" in element and float(value) < float(element["min_value"]):
            return f"Please enter a number of at least {element['min_value']}."
        case "number_input" if "max_value" in element and float(value) > float(element["max_value"]):
            return f"Please enter a number of at most {element['max_value']}."
        case "plain_text_input" if len(value) < element.get("min_length", 0):
            return f"Please enter at least {element['min_length']} characters."
        case "plain_text_input" if len(value) > element.get("max_length", 3000):
            return f"Please enter at most {element.get('max_length', 3000)} characters."
    return None
