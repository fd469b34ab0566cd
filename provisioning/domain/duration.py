"""Spans of time as people write them: 45s, 30m, 24h, 7d."""

import re
from datetime import timedelta
from typing import Final

_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_WRITTEN: Final = re.compile(r"(\d{1,6})\s*([smhd])", re.ASCII)


def parse_duration(text: str) -> timedelta:
    """Raises ValueError for anything else. `0` needs no unit."""
    written = text.strip().lower()
    if written == "0":
        return timedelta(0)
    match = _WRITTEN.fullmatch(written)
    if match is None:
        raise ValueError(f"{text or 'Nothing'} is not a duration; write 45s, 30m, 24h or 7d.")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def write_duration(span: timedelta) -> str:
    """What `parse_duration` reads, in the largest unit that says it exactly."""
    seconds = int(span.total_seconds())
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s" if seconds else "0"


def duration_words(span: timedelta) -> str:
    """`7 days`, `24 hours`, `90 s`: the largest unit that says it exactly; `none` for no time at all."""
    seconds = int(span.total_seconds())
    if not seconds:
        return "none"
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds % size == 0:
            number = seconds // size
            return f"{number} {unit}" + ("" if number == 1 else "s")
    return f"{seconds} s"
