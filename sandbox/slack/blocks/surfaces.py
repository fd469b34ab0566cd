"""What a message, a modal and a Home tab take as a whole: which blocks, how many, how long together."""

import json
from collections.abc import Iterator
from typing import Any

from sandbox.slack.blocks.checks import Check, Problems, anything, array, boolean, by_type, note, shape, text
from sandbox.slack.blocks.kinds import BLOCK
from sandbox.slack.blocks.objects import plain
from sandbox.slack.refusals import Refusal

_MOST_IN_MESSAGE, _MOST_IN_VIEW = 50, 100
_FORBIDDEN = {
    "message": {"alert", "file"},
    "modal": {
        "card", "carousel", "context_actions", "data_visualization", "file", "markdown", "plan", "table", "task_card",
    },
    "home": {
        "alert", "context_actions", "data_visualization", "file", "markdown", "plan", "table", "task_card",
    },
}  # fmt: skip
_MOST_MARKDOWN, _MOST_TABLE, _MOST_TEXT_BYTES, _MOST_VIEW_BYTES = 12_000, 10_000, 10_000, 250_000
_BLOCKS_IN_MESSAGE = array(BLOCK, most=_MOST_IN_MESSAGE)
_BLOCKS_IN_VIEW = array(BLOCK, least=1, most=_MOST_IN_VIEW)
_NAMES: dict[str, Check] = {
    "private_metadata": text(least=0, most=3000),
    "callback_id": text(least=0, most=255),
    "external_id": text(least=0, most=255),
}


def _input_needs_submit(value: Any, place: str, problems: Problems) -> None:
    if "submit" not in value and "input" in _types(value.get("blocks")):
        note(problems, "missing required field: submit, for a view with input blocks", place)


_MODAL = shape(
    {"type": anything, "title": plain(24), "blocks": _BLOCKS_IN_VIEW},
    {
        "close": plain(24),
        "submit": plain(24),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
        **_NAMES,
    },
    _input_needs_submit,
)
_HOME = shape({"type": anything, "blocks": _BLOCKS_IN_VIEW}, _NAMES)
_VIEW = by_type({"modal": _MODAL, "home": _HOME})


def check_message_blocks(blocks: Any) -> None:
    """Refuse blocks that a message cannot have."""
    if not isinstance(blocks, list):
        raise Refusal("invalid_blocks_format")
    problems: Problems = []
    _BLOCKS_IN_MESSAGE(blocks, "/blocks", problems)
    if not problems:
        _check_together(blocks, "message", "/blocks", problems)
        _check_totals(blocks, problems)
    if problems:
        errors = [problem.removeprefix("[ERROR] ") for problem in problems]
        raise Refusal("invalid_blocks", errors=errors, response_metadata={"messages": problems})
    if sum(len(part.encode()) for part in _texts(_without_totals(blocks))) > _MOST_TEXT_BYTES:
        raise Refusal("msg_blocks_too_long")


def check_view(view: Any, *kinds: str) -> None:
    """Refuse a view that is not one of these kinds, or that its surface cannot show."""
    problems: Problems = []
    _VIEW(view, "/view", problems)
    if not problems and view["type"] not in kinds:
        note(problems, f"unsupported type: {view['type']}", "/view/type")
    if not problems:
        _check_together(view["blocks"], view["type"], "/view/blocks", problems)
    if problems:
        raise Refusal("invalid_arguments", response_metadata={"messages": problems})
    if len(json.dumps(view).encode()) > _MOST_VIEW_BYTES:
        raise Refusal("view_too_large")


def _check_together(blocks: list[Any], surface: str, place: str, problems: Problems) -> None:
    for index, block in enumerate(blocks):
        for kind in sorted(_types([block]) & _FORBIDDEN[surface]):
            note(problems, f"unsupported type: {kind}, in a {surface}", f"{place}/{index}/type")
    block_ids: set[str] = set()
    for index, block in enumerate(blocks):
        if (name := block.get("block_id")) is not None:
            if name in block_ids:
                note(problems, f"duplicate block_id: {name}", f"{place}/{index}/block_id")
            block_ids.add(name)
        actions = [element["action_id"] for element in elements_of(block) if "action_id" in element]
        if len(actions) != len(set(actions)):
            note(problems, "duplicate action_id", f"{place}/{index}")
    if sum(element.get("focus_on_load") is True for block in blocks for element in elements_of(block)) > 1:
        note(problems, "only one element can have focus_on_load", place)


def _check_totals(blocks: list[Any], problems: Problems) -> None:
    kinds = [block["type"] for block in blocks]
    for names, most in ((("plan",), 1), (("table", "data_table"), 1), (("data_visualization",), 2)):
        if sum(kinds.count(name) for name in names) > most:
            note(problems, f"no more than {most} of {', '.join(names)} allowed", "/blocks")
    if "plan" in kinds and "task_card" in kinds:
        note(problems, "plan and task_card cannot be used together", "/blocks")
    if sum(len(block["text"]) for block in blocks if block["type"] == "markdown") > _MOST_MARKDOWN:
        note(problems, f"markdown must be less than {_MOST_MARKDOWN + 1} characters together", "/blocks")
    if sum(len(part) for part in _texts(_of_types(blocks, "table", "data_table"))) > _MOST_TABLE:
        note(problems, f"table cells must be less than {_MOST_TABLE + 1} characters together", "/blocks")


def elements_of(block: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the elements of a block that a person can act on."""
    found = [
        *block.get("elements", []),
        block.get("accessory"),
        block.get("element"),
        *block.get("actions", []),
    ]
    for child in block.get("child_blocks", []):
        found += elements_of(child)
    return [element for element in found if isinstance(element, dict)]


def _types(blocks: Any) -> set[str]:
    found: set[str] = set()
    for block in blocks if isinstance(blocks, list) else []:
        if isinstance(block, dict) and isinstance(block.get("type"), str):
            found |= {block["type"]} | _types(block.get("child_blocks"))
    return found


def _of_types(blocks: list[Any], *kinds: str) -> list[Any]:
    return [block for block in blocks if block["type"] in kinds]


def _without_totals(blocks: list[Any]) -> list[Any]:
    return [block for block in blocks if block["type"] not in ("markdown", "table", "data_table")]


def _texts(value: Any, name: str = "") -> Iterator[str]:
    """Yield the words that a reader sees."""
    if isinstance(value, str):
        if name in ("text", "title", "caption"):
            yield value
    elif isinstance(value, dict):
        for key, entry in value.items():
            yield from _texts(entry, key)
    elif isinstance(value, list):
        for entry in value:
            yield from _texts(entry)
