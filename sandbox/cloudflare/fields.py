"""What a caller may write into a record: every field checked, unknown ones refused."""

from dataclasses import asdict, dataclass
from typing import Any

from sandbox.cloudflare.envelope import invalid
from sandbox.dns.record import AUTOMATIC, Record, clean_value
from sandbox.dns.zone import Zone

PROXIABLE = frozenset({"A", "AAAA", "CNAME"})
TYPES = PROXIABLE | {"TXT"}

_BAD_CONTENT = {
    "A": (9005, "Content for A record must be a valid IPv4 address."),
    "AAAA": (9006, "Content for AAAA record must be a valid IPv6 address."),
    "CNAME": (9007, "Content for CNAME record is invalid."),
    "TXT": (9009, "Content for TXT record is invalid."),
}
_TTL_RANGE = range(60, 86_401)
_LONGEST_COMMENT = 100
_LONGEST_TEXT = 2048


@dataclass(frozen=True)
class Fields:
    name: str
    type: str
    content: str
    ttl: int
    proxied: bool = False
    comment: str = ""


def read_fields(body: Any, zone: Zone, *, before: Record | None = None) -> Fields:
    """Read a whole record, or the changes to one that is there."""
    if not isinstance(body, dict):
        raise invalid("Request body is invalid.", 9207)
    given = {name: value for name, value in body.items() if not (name == "tags" and value == [])}
    if given.get("tags"):
        raise invalid("DNS record has tags, exceeding the quota of 0.")
    if unknown := given.keys() - Fields.__dataclass_fields__.keys():
        raise invalid(f"Request body is invalid: unknown field {min(unknown)}.", 9207)
    if given.get("comment", "") is None:
        given["comment"] = ""
    return _checked((_as_given(before) if before else {"proxied": False, "comment": ""}) | given, zone)


def _as_given(record: Record) -> dict[str, Any]:
    return asdict(Fields(record.name, record.type, record.value, record.ttl, record.proxied, record.comment))


def _checked(given: dict[str, Any], zone: Zone) -> Fields:
    kind = given.get("type")
    if not isinstance(kind, str) or kind not in TYPES:
        raise invalid(f"The sandbox plays records of the types {', '.join(sorted(TYPES))}.")
    proxied = given["proxied"]
    if not isinstance(proxied, bool) or (proxied and kind not in PROXIABLE):
        raise invalid("Invalid proxied mode. Record cannot be proxied.", 9041)
    ttl = given.get("ttl")
    if type(ttl) is not int or (ttl != AUTOMATIC and ttl not in _TTL_RANGE):
        raise invalid("Invalid TTL. Must be between 60 and 86400 seconds, or 1 for Automatic.", 9021)
    return Fields(
        _name(given.get("name"), zone),
        kind,
        _content(given.get("content"), kind),
        AUTOMATIC if proxied else ttl,
        proxied,
        _comment(given["comment"]),
    )


def _name(name: Any, zone: Zone) -> str:
    try:
        absolute = zone.absolute(_text(name))
    except ValueError as error:
        raise invalid("DNS name is invalid.", 9000) from error
    # A name in somebody else's zone is just a long name below this one.
    inside = zone.origin_of(absolute) == zone.domain
    return absolute if inside else f"{absolute}.{zone.domain}"


def _content(content: Any, kind: str) -> str:
    code, message = _BAD_CONTENT[kind]
    try:
        text = _text(content)
        if not 1 <= len(text) <= _LONGEST_TEXT:
            raise invalid(message, code)
        return clean_value(kind, text)
    except ValueError as error:
        raise invalid(message, code) from error


def _comment(comment: Any) -> str:
    try:
        text = _text(comment)
    except ValueError as error:
        raise invalid("Comment is invalid.") from error
    if len(text) > _LONGEST_COMMENT:
        raise invalid(f"Comment exceeds {_LONGEST_COMMENT} characters.")
    return text


def _text(value: Any) -> str:
    """Return text that can be kept; ValueError (or its UnicodeEncodeError) for everything else."""
    if not isinstance(value, str) or "\0" in value:
        raise ValueError("This is no text.")
    value.encode()
    return value
