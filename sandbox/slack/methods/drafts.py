"""What a message of the app has to be before it is said: texts, blocks, attachments, metadata."""

import json
import re
from dataclasses import dataclass
from typing import Any

from sandbox.slack.blocks import check_message_blocks, fill_ids
from sandbox.slack.methods.method import Call
from sandbox.slack.refusals import Refusal

_LONGEST_TEXT = 40_000  # cut, not refused
_LONGEST_CHANGED_TEXT = 4_000
_LONGEST_MARKDOWN = 12_000
_MOST_ATTACHMENTS = 100
_MOST_METADATA_BYTES = 8_000
_EVENT_TYPE = re.compile(r"[A-Za-z0-9_]+")
_NO_FALLBACK = "This content can't be displayed."


@dataclass(frozen=True)
class Content:
    text: str
    blocks: list[dict[str, Any]] | None
    attachments: list[dict[str, Any]] | None
    metadata: dict[str, Any] | None


def read_content(call: Call, *, changes: bool = False, with_metadata: bool = True) -> Content:
    """Check the content of a message that is said, or of one that is changed."""
    text = call.arguments.text("text")
    markdown = call.arguments.text("markdown_text")
    blocks = call.arguments.json("blocks", malformed="invalid_blocks_format")
    attachments = call.arguments.json("attachments", malformed="invalid_attachments")
    if markdown and (text or blocks):
        raise Refusal("markdown_text_conflict")
    if len(markdown) > _LONGEST_MARKDOWN or (changes and len(text) > _LONGEST_CHANGED_TEXT):
        raise Refusal("msg_too_long")
    if markdown:
        blocks = [{"type": "markdown", "text": markdown}]
    if blocks:
        check_message_blocks(blocks)
    _check_attachments(attachments)
    if not text.strip() and not blocks and not attachments:
        raise Refusal("no_text")
    metadata = _read_metadata(call, changes=changes) if with_metadata else None
    said = text[:_LONGEST_TEXT] or markdown or _NO_FALLBACK
    return Content(said, fill_ids(blocks) if blocks else None, attachments or None, metadata)


def _check_attachments(attachments: Any) -> None:
    if attachments is None:
        return
    if not isinstance(attachments, list) or not all(isinstance(entry, dict) for entry in attachments):
        raise Refusal("invalid_attachments")
    if len(attachments) > _MOST_ATTACHMENTS:
        raise Refusal("too_many_attachments")
    for entry in attachments:
        if "blocks" in entry:
            check_message_blocks(entry["blocks"])


def _read_metadata(call: Call, *, changes: bool) -> dict[str, Any] | None:
    """Return the metadata; an empty object takes away what a message had."""
    metadata = call.arguments.json("metadata", malformed="invalid_metadata_format")
    if metadata is None:
        return None
    if changes and metadata == {}:
        return {}
    if not isinstance(metadata, dict) or not metadata.keys() <= {"event_type", "event_payload"}:
        raise Refusal("invalid_metadata_format")
    kind, payload = metadata.get("event_type"), metadata.get("event_payload")
    if not isinstance(kind, str) or not _EVENT_TYPE.fullmatch(kind) or not isinstance(payload, dict):
        raise Refusal("invalid_metadata_schema")
    if not all(_is_flat(value) for value in payload.values()):
        raise Refusal("invalid_metadata_schema")
    if len(json.dumps(metadata).encode()) > _MOST_METADATA_BYTES:
        raise Refusal("metadata_too_large")
    return metadata


def _is_flat(value: Any, *, inside: bool = False) -> bool:
    """Tell whether a value is a string, number or boolean, or an object or array of those."""
    if isinstance(value, (str, int, float)):
        return True
    if inside or not isinstance(value, (dict, list)):
        return False
    return all(
        _is_flat(entry, inside=True) for entry in (value.values() if isinstance(value, dict) else value)
    )
