"""The alphabet of the validators: each check takes a value and its place, and notes what is wrong with it."""

import re
from collections.abc import Callable, Mapping
from typing import Any

Problems = list[str]
Check = Callable[[Any, str, Problems], None]

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")


def note(problems: Problems, message: str, place: str) -> None:
    problems.append(f"[ERROR] {message} [json-pointer:{place}]")


def text(*, least: int = 1, most: int | None = None, pattern: str | None = None) -> Check:
    def check(value: Any, place: str, problems: Problems) -> None:
        if not isinstance(value, str):
            note(problems, "must be a string", place)
        elif len(value) < least:
            note(problems, f"must be more than {least - 1} characters", place)
        elif most is not None and len(value) > most:
            note(problems, f"must be less than {most + 1} characters", place)
        elif pattern is not None and not re.search(pattern, value):
            note(problems, f"failed to match pattern {pattern}", place)

    return check


def url(*, least: int = 0, most: int | None = 3000, scheme: str = "") -> Check:
    length = text(least=least, most=most)

    def check(value: Any, place: str, problems: Problems) -> None:
        before = len(problems)
        length(value, place, problems)
        if len(problems) == before and not (_URL.fullmatch(value) and value.startswith(scheme)):
            note(problems, "invalid url", place)

    return check


def boolean(value: Any, place: str, problems: Problems) -> None:
    if not isinstance(value, bool):
        note(problems, "must be a boolean", place)


def integer(*, least: int | None = None, most: int | None = None) -> Check:
    def check(value: Any, place: str, problems: Problems) -> None:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value != int(value):
            note(problems, "must be an integer", place)
        elif least is not None and value < least:
            note(problems, f"must be at least {least}", place)
        elif most is not None and value > most:
            note(problems, f"must be at most {most}", place)

    return check


def number(*, above: float | None = None) -> Check:
    def check(value: Any, place: str, problems: Problems) -> None:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            note(problems, "must be a number", place)
        elif above is not None and value <= above:
            note(problems, f"must be more than {above:g}", place)

    return check


def one_of(*values: Any) -> Check:
    def check(value: Any, place: str, problems: Problems) -> None:
        if not any(value == known and type(value) is type(known) for known in values):
            note(problems, f"must be one of {', '.join(map(str, values))}", place)

    return check


def anything(_value: Any, _place: str, _problems: Problems) -> None:
    """Take whatever is there."""


def array(item: Check, *, least: int = 0, most: int | None = None, distinct: bool = False) -> Check:
    def check(value: Any, place: str, problems: Problems) -> None:
        if not isinstance(value, list):
            note(problems, "must be an array", place)
            return
        if len(value) < least:
            note(problems, f"no fewer than {least} items required", place)
        if most is not None and len(value) > most:
            note(problems, f"no more than {most} items allowed", place)
        if distinct and any(entry in value[:index] for index, entry in enumerate(value)):
            note(problems, "items must be different", place)
        for index, entry in enumerate(value):
            item(entry, f"{place}/{index}", problems)

    return check


def shape(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None, *rules: Check) -> Check:
    """Make the check of an object that has these fields and no others, and keeps the rules between them."""
    known = {**required, **(optional or {})}

    def check(value: Any, place: str, problems: Problems) -> None:
        if not isinstance(value, dict):
            note(problems, "must be an object", place)
            return
        for name in required:
            if name not in value:
                note(problems, f"missing required field: {name}", place)
        for name, entry in value.items():
            if name in known:
                known[name](entry, f"{place}/{name}", problems)
            else:
                note(problems, f"invalid additional property: {name}", place)
        for rule in rules:
            rule(value, place, problems)

    return check


def any_field(*names: str) -> Check:
    def rule(value: Any, place: str, problems: Problems) -> None:
        if not any(name in value for name in names):
            note(problems, f"one of {', '.join(names)} is required", place)

    return rule


def not_empty(value: Any, place: str, problems: Problems) -> None:
    if not value:
        note(problems, "must not be empty", place)


def one_field(*names: str) -> Check:
    def rule(value: Any, place: str, problems: Problems) -> None:
        if sum(name in value for name in names) != 1:
            note(problems, f"exactly one of {', '.join(names)} is required", place)

    return rule


def by_type(kinds: Mapping[str, Check]) -> Check:
    """Make the check that looks at an object's type and takes the check of that type."""

    def check(value: Any, place: str, problems: Problems) -> None:
        if not isinstance(value, dict):
            note(problems, "must be an object", place)
        elif "type" not in value:
            note(problems, "missing required field: type", place)
        elif not isinstance(value["type"], str) or value["type"] not in kinds:
            note(problems, f"unsupported type: {value['type']}", f"{place}/type")
        else:
            kinds[value["type"]](value, place, problems)

    return check
