"""What the bot says, held against Slack's published contract where it is at hand, and always against our stand-in."""

import json
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import pytest
from jsonschema import Draft202012Validator

from sandbox.slack.blocks import check_message_blocks
from sandbox.slack.blocks import check_view as check_in_stand_in

ROOT = Path(__file__).parent.parent
MOST_TEXT_BYTES = 9000
"""All words of a message together, tables included: what Slack has been seen to refuse begins above."""
MOST_UPDATE_TEXT = 4000
"""Of a message's own text: `chat.update` takes no more."""

_OUR_MARKUP = re.compile(
    r"<(?:@[UW][A-Z0-9]+|!subteam\^S[A-Z0-9]+|#[CG][A-Z0-9]+|https?://[^<>|\s]+\|[^<>]+|!date\^\d+\^[\w{} ]+\|[^<>]+)>"
)
_READ_ALOUD = {"text", "title", "caption"}


class Contract:
    """The schema of blocks, and the rules across a whole payload that a schema can't express."""

    def __init__(self, folder: Path) -> None:
        self.schema = json.loads((folder / "slack-block-kit.schema.json").read_text(encoding="utf-8"))
        self.rules = json.loads((folder / "payload_rules.json").read_text(encoding="utf-8"))
        self._blocks = Draft202012Validator(self.schema)
        self._views = {kind: self.part(f"{kind}_view") for kind in ("modal", "home")}

    def part(self, name: str) -> Draft202012Validator:
        return Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": self.schema["$defs"]})

    def takes_message(self, blocks: list[Any]) -> bool:
        return not self.message_problems(blocks)

    def takes_view(self, view: dict[str, Any]) -> bool:
        return not self.view_problems(view)

    def message_problems(self, blocks: list[Any]) -> list[str]:
        return _faults(self._blocks, blocks) or list(self._surface_problems("message", blocks))

    def view_problems(self, view: dict[str, Any]) -> list[str]:
        validator = self._views[view["type"]]
        return _faults(validator, view) or list(self._surface_problems(view["type"], view["blocks"]))

    def _surface_problems(self, surface: str, blocks: list[dict[str, Any]]) -> Iterator[str]:
        kinds = [block["type"] for block in blocks]
        names = [block["block_id"] for block in blocks if "block_id" in block]
        rules, alone = self.rules, self.rules["max_per_message"]
        if len(blocks) > rules["max_blocks"][surface]:
            yield f"{len(blocks)} blocks in a {surface}"
        if misplaced := set(kinds) & set(rules["blocks_forbidden"][surface]):
            yield f"{misplaced} in a {surface}"
        if len(names) != len(set(names)):
            yield f"a block_id twice: {names}"
        if surface == "message":
            if (
                kinds.count("plan") > alone["plan"]
                or kinds.count("table") + kinds.count("data_table") > alone["table_plus_data_table"]
                or kinds.count("data_visualization") > alone["data_visualization"]
            ):
                yield f"too many of a kind: {kinds}"
            if any(set(pair) <= set(kinds) for pair in rules["mutually_exclusive_in_message"]):
                yield f"blocks that exclude each other: {kinds}"


class Said(Protocol):
    """A message as the bot makes it."""

    @property
    def text(self) -> str: ...
    @property
    def blocks(self) -> tuple[dict[str, Any], ...]: ...


@cache
def find_contract() -> Contract | None:
    folder = _folder()
    return Contract(folder) if folder.is_dir() else None


def open_contract() -> Contract:
    """Read the contract, or skip the test where it is not at hand."""
    if (contract := find_contract()) is None:
        pytest.skip(f"The contracts of Slack are not in {_folder()} (set CONTRACTS_DIR).")
    return contract


def _folder() -> Path:
    return Path(os.environ.get("CONTRACTS_DIR", ROOT.parent / "shared" / "contracts")) / "slack"


def check_message(message: Said) -> None:
    """Check that every method takes the message that posts or changes one."""
    _check_message(message.text, list(message.blocks))


def check_view(view: dict[str, Any]) -> None:
    if contract := find_contract():
        assert contract.view_problems(view) == []
    check_in_stand_in(view, view["type"])
    _check_markup(view["blocks"])


def check_payload(method: str, arguments: dict[str, Any]) -> None:
    """Check the message or the view among the arguments of a call to Slack."""
    if method.startswith("chat.") and "text" in arguments:
        _check_message(arguments["text"], _parsed(arguments.get("blocks", [])))
    elif method.startswith("views."):
        view = _parsed(arguments["view"])
        assert (view["type"] == "home") == (method == "views.publish")
        check_view(view)


def words_of(shown: Said | dict[str, Any]) -> str:
    """Everything that a person reads in a message or a view, a line for each text."""
    blocks = shown["blocks"] if isinstance(shown, dict) else shown.blocks
    return "\n".join(_texts(blocks))


def elements_of(shown: Said | dict[str, Any]) -> list[dict[str, Any]]:
    """Everything in a message or a view that a person can act on."""
    blocks = shown["blocks"] if isinstance(shown, dict) else shown.blocks
    return [element for block in blocks for element in _block_elements(block)]


def buttons_of(shown: Said | dict[str, Any]) -> dict[str, str]:
    """The buttons by what stands on them, with what each carries."""
    return {
        element["text"]["text"]: f"{element['action_id']} {element.get('value', element.get('url', ''))}"
        for element in elements_of(shown)
        if element["type"] == "button"
    }


def _check_message(text: str, blocks: list[dict[str, Any]]) -> None:
    assert text.strip()
    assert len(text) <= MOST_UPDATE_TEXT
    if not blocks:
        return
    if contract := find_contract():
        assert contract.message_problems(blocks) == []
    check_message_blocks(blocks)
    assert sum(len(words.encode()) for words in _texts(blocks)) <= MOST_TEXT_BYTES
    _check_markup([*blocks, {"type": "mrkdwn", "text": text}])


def _check_markup(blocks: Any) -> None:
    """Whatever Slack reads as markup is a person or channel by id, a link or a date of ours; nothing typed becomes one."""
    for text in _marked(blocks):
        left = _OUR_MARKUP.sub("", text)
        assert "<" not in left, text
        assert ">" not in left, text
        assert re.search(r"&(?!amp;|lt;|gt;)", left) is None, text


def _faults(validator: Draft202012Validator, value: Any) -> list[str]:
    return [f"{fault.json_path}: {fault.message[:300]}" for fault in validator.iter_errors(value)]


def _parsed(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _texts(value: Any, name: str = "") -> Iterator[str]:
    if isinstance(value, str):
        if name in _READ_ALOUD:
            yield value
    elif isinstance(value, dict):
        for key, entry in value.items():
            yield from _texts(entry, key)
    elif isinstance(value, list | tuple):
        for entry in value:
            yield from _texts(entry)


def _marked(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if value.get("type") == "mrkdwn":
            yield value["text"]
        value = list(value.values())
    if isinstance(value, list):
        for entry in value:
            yield from _marked(entry)


def _block_elements(block: dict[str, Any]) -> list[dict[str, Any]]:
    found = [*block.get("elements", []), block.get("accessory"), block.get("element")]
    return [one for one in found if isinstance(one, dict) and "action_id" in one]
