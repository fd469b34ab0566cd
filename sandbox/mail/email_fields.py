"""What the mail API takes in one request, field by field; everything else is refused."""

import re
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTPUTF8
from email.utils import parseaddr
from typing import Any

_ADDRESS = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;.]+")
_FRIENDLY = re.compile(rf"[^<>\r\n]*<({_ADDRESS.pattern})>")
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
_TAG = re.compile(r"[A-Za-z0-9_-]{1,256}")
_MOST_RECIPIENTS = 50

REQUIRED = ("from", "to", "subject")
# Known to the real service; a sandbox that took them and did nothing would mislead.
UNPLAYED = frozenset({"attachments", "scheduled_at", "template", "topic_id"})


def problem_with(body: dict[str, Any]) -> str | None:
    """Return what is wrong with a request, or None."""
    for name, value in body.items():
        if name in UNPLAYED:
            return f"The sandbox does not play `{name}`."
        if name not in _FIELDS:
            return f"Unrecognized key: `{name}`."
        if not _FIELDS[name](value):
            return f"Invalid `{name}` field."
    if not body.get("html") and not body.get("text"):
        return "Missing `html` or `text` field."
    return None


def recipients(body: dict[str, Any]) -> list[str]:
    """Return everyone who gets the mail, as bare addresses."""
    everyone = [address for name in ("to", "cc", "bcc") for address in _as_list(body.get(name, []))]
    return [parseaddr(address)[1] for address in everyone]


def sender(body: dict[str, Any]) -> str:
    return parseaddr(body["from"])[1]


def as_message(body: dict[str, Any], message_id: str) -> bytes:
    """Return the mail that the service would hand on."""
    message = EmailMessage(policy=SMTPUTF8)
    message["Message-ID"] = message_id
    message["From"] = body["from"]
    message["Subject"] = body["subject"]
    for header, field in (("To", "to"), ("Cc", "cc"), ("Reply-To", "reply_to")):
        if addresses := _as_list(body.get(field, [])):
            message[header] = ", ".join(addresses)
    for name, value in body.get("headers", {}).items():
        del message[name]
        message[name] = value
    if "text" in body:
        message.set_content(body["text"])
    if "html" in body:
        add = message.add_alternative if "text" in body else message.set_content
        add(body["html"], subtype="html")
    return message.as_bytes()


def _as_list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and not _HALF_CHARACTER.search(value)


def _is_line(value: Any) -> bool:
    return _is_text(value) and not set(value) & {"\r", "\n"}


def _is_address(value: Any) -> bool:
    return isinstance(value, str) and bool(_ADDRESS.fullmatch(value) or _FRIENDLY.fullmatch(value))


def _are_addresses(value: Any) -> bool:
    if isinstance(value, str):
        return _is_address(value)
    return isinstance(value, list) and 1 <= len(value) <= _MOST_RECIPIENTS and all(map(_is_address, value))


def _are_headers(value: Any) -> bool:
    return isinstance(value, dict) and all(
        re.fullmatch(r"[!-9;-~]+", name) and _is_line(line) for name, line in value.items()
    )


def _are_tags(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(tag, dict)
        and tag.keys() == {"name", "value"}
        and all(isinstance(text, str) and _TAG.fullmatch(text) for text in tag.values())
        for tag in value
    )


_FIELDS: dict[str, Callable[[Any], bool]] = {
    "from": _is_address,
    "to": _are_addresses,
    "cc": _are_addresses,
    "bcc": _are_addresses,
    "reply_to": _are_addresses,
    "subject": _is_line,
    "html": _is_text,
    "text": _is_text,
    "headers": _are_headers,
    "tags": _are_tags,
}
