"""What Slack adds to the blocks it takes: the ids that the app left out, and `emoji` on plain texts."""

import secrets
import string
from typing import Any

_LETTERS = string.ascii_letters + string.digits


def fill_ids(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [_with_ids(block) for block in blocks]


def with_emoji(value: Any) -> Any:
    if isinstance(value, list):
        return [with_emoji(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    filled = {name: with_emoji(entry) for name, entry in value.items()}
    if filled.get("type") == "plain_text" and isinstance(filled.get("text"), str):
        filled.setdefault("emoji", True)
    return filled


def _with_ids(block: dict[str, Any]) -> dict[str, Any]:
    filled: dict[str, Any] = {"block_id": _made_up_id(), **with_emoji(block)}
    if block["type"] in ("actions", "context_actions"):
        filled["elements"] = [_acting(element) for element in filled["elements"]]
    for name in ("accessory", "element"):
        if name in filled and filled[name].get("type") != "image":
            filled[name] = _acting(filled[name])
    if "child_blocks" in filled:
        filled["child_blocks"] = fill_ids(filled["child_blocks"])
    return filled


def _acting(element: dict[str, Any]) -> dict[str, Any]:
    return {"action_id": _made_up_id(), **element}


def _made_up_id() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(5))
