"""Small checks for what clients send; the first one that fails names the field and ends the request."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.supabase.refusals import Refusal

Check = Callable[[str, Any], None]

_MISSING = object()
_NAMES: dict[type, str] = {
    str: "string", bool: "boolean", int: "number", float: "number", list: "array", dict: "object",
    type(None): "null", object: "undefined",
}  # fmt: skip


def invalid(field: str, reason: str) -> Refusal:
    return Refusal(400, f"{field}: {reason}")


def text(*, least: int = 0, most: int | None = None, pattern: str = "") -> Check:
    def check(field: str, value: Any) -> None:
        _expect(field, value, str)
        if len(value) < least:
            raise invalid(field, f"Too small: expected string to have >={least} characters")
        if most is not None and len(value) > most:
            raise invalid(field, f"Too big: expected string to have <={most} characters")
        if pattern and not re.fullmatch(pattern, value, re.ASCII):
            raise invalid(field, f"Invalid string: must match pattern /{pattern}/")

    return check


def choice(*options: str) -> Check:
    def check(field: str, value: Any) -> None:
        if value not in options:
            raise invalid(
                field, "Invalid option: expected one of " + "|".join(f'"{word}"' for word in options)
            )

    return check


def boolean(field: str, value: Any) -> None:
    _expect(field, value, bool)


def array(field: str, value: Any) -> None:
    _expect(field, value, list)


def object_or_null(field: str, value: Any) -> None:
    if value is not None:
        _expect(field, value, dict)


def check_object(
    value: Any,
    *,
    required: Mapping[str, Check],
    optional: Mapping[str, Check] | None = None,
    closed: bool = False,
    replaced: Mapping[str, str] | None = None,
    field: str = "",
) -> None:
    """Check an object's fields; a closed one admits no others, and `replaced` says what to send instead."""
    optional, replaced = optional or {}, replaced or {}
    _expect(field or "body", value, dict)
    path = f"{field}." if field else ""
    for name in value:
        if name in replaced:
            raise invalid(path + name, f"deprecated, {replaced[name]}")
        if closed and name not in required and name not in optional:
            raise invalid(path + name, "Unrecognized key")
    for name, check in required.items():
        check(path + name, value.get(name, _MISSING))
    for name, check in optional.items():
        if name in value:
            check(path + name, value[name])


def _expect(field: str, value: Any, kind: type) -> None:
    if type(value) is not kind:
        raise invalid(field, f"Invalid input: expected {_NAMES[kind]}, received {_NAMES[type(value)]}")
