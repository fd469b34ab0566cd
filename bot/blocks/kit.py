"""Block Kit in small pieces: the texts, blocks and elements that everything else is put together from."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from bot.blocks.ids import LINK

Block = dict[str, Any]
View = dict[str, Any]
Element = dict[str, Any]
Style = Literal["primary", "danger"]

MOST_BUTTON: Final = 75
MOST_OPTION: Final = 75
MOST_TITLE: Final = 24

_ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_PERSON: Final = re.compile(r"[UW][A-Z0-9]+")
_GROUP: Final = re.compile(r"S[A-Z0-9]+")


@dataclass(frozen=True)
class Message:
    """What is posted. `text` is for notifications and screen readers."""

    text: str
    blocks: tuple[Block, ...]


def escape(text: str) -> str:
    """Keep what was typed from becoming a mention, a link or an entity."""
    return "".join(_ENTITIES.get(letter, letter) for letter in text)


def clip(text: str, limit: int) -> str:
    """Cut a text to at most `limit` characters."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def fit(text: str, limit: int, *, escaped: bool = True) -> str:
    """Cut a text so that it takes at most `limit` bytes as Slack gets it, and escape it where it is read as markup."""
    pieces = [_ENTITIES.get(letter, letter) if escaped else letter for letter in text]
    sizes = [len(piece.encode()) for piece in pieces]
    if sum(sizes) <= limit:
        return "".join(pieces)
    kept = spent = 0
    while spent + sizes[kept] <= limit - len("…".encode()):
        spent += sizes[kept]
        kept += 1
    return "".join(pieces[:kept]).rstrip() + "…"


def mention(person: str) -> str:
    """Address a person by id; what is no id stays a text."""
    return f"<@{person}>" if is_person(person) else escape(person)


def mention_group(group: str) -> str:
    """Address everybody of a user group, by the group's id."""
    return f"<!subteam^{group}>" if _GROUP.fullmatch(group) else escape(group)


def is_person(text: str) -> bool:
    return _PERSON.fullmatch(text) is not None


def link(url: str, text: str) -> str:
    return f"<{escape(url)}|{escape(text)}>"


def plain(text: str) -> dict[str, Any]:
    """A text without markup: what was typed stays as it was typed."""
    return {"type": "plain_text", "text": text, "emoji": False}


def mrkdwn(text: str) -> dict[str, Any]:
    """A text with Slack's markup, in which Slack finds no links and names by itself."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def section(text: str, *, accessory: Element | None = None, block_id: str | None = None) -> Block:
    return _block("section", block_id, text=mrkdwn(text), **({"accessory": accessory} if accessory else {}))


def fields(texts: Sequence[str], *, block_id: str | None = None) -> Block:
    return _block("section", block_id, fields=[mrkdwn(text) for text in texts])


def context(*texts: str, block_id: str | None = None) -> Block:
    return _block("context", block_id, elements=[mrkdwn(text) for text in texts])


def header(text: str, *, block_id: str | None = None) -> Block:
    return _block("header", block_id, text=plain(text))


def divider() -> Block:
    return {"type": "divider"}


def image(file: str, alt: str) -> Block:
    """Show a file that was uploaded; `alt` says the same in words."""
    return {"type": "image", "slack_file": {"id": file}, "alt_text": alt}


def actions(*elements: Element, block_id: str | None = None) -> Block:
    return _block("actions", block_id, elements=list(elements))


def button(
    action_id: str,
    text: str,
    value: str,
    *,
    style: Style | None = None,
    confirm: dict[str, Any] | None = None,
) -> Element:
    made: Element = {"type": "button", "action_id": action_id, "text": plain(text), "value": value}
    if style:
        made["style"] = style
    if confirm:
        made["confirm"] = confirm
    return made


def link_button(text: str, url: str) -> Element:
    return {"type": "button", "action_id": LINK, "text": plain(text), "url": url}


def confirm(title: str, text: str, *, yes: str, no: str, style: Style | None = None) -> dict[str, Any]:
    asked: dict[str, Any] = {
        "title": plain(title),
        "text": mrkdwn(text),
        "confirm": plain(yes),
        "deny": plain(no),
    }
    return asked | ({"style": style} if style else {})


def option(text: str, value: str) -> dict[str, Any]:
    return {"text": plain(clip(text, MOST_OPTION)), "value": value}


def input_block(
    label: str,
    element: Element,
    *,
    block_id: str,
    hint: str | None = None,
    optional: bool = False,
    dispatches: bool = False,
) -> Block:
    made = _block("input", block_id, label=plain(label), element=element, optional=optional)
    if hint:
        made["hint"] = plain(hint)
    if dispatches:
        made["dispatch_action"] = True
    return made


def modal(
    title: str,
    blocks: Sequence[Block],
    *,
    callback_id: str,
    submit: str | None = None,
    close: str = "Close",
    private_metadata: str = "",
) -> View:
    view: View = {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(clip(title, MOST_TITLE)),
        "close": plain(close),
        "blocks": list(blocks),
        "private_metadata": private_metadata,
    }
    return view | ({"submit": plain(submit)} if submit else {})


def _block(kind: str, block_id: str | None, **fields: Any) -> Block:
    return {"type": kind, **({"block_id": block_id} if block_id else {}), **fields}
