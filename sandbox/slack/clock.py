"""Slack's time: seconds with six digits that name a message, never the same twice."""

import secrets
import string
import time

_MICRO = 1_000_000
_LETTERS = string.ascii_uppercase + string.digits


class Timestamps:
    def __init__(self) -> None:
        self._last = 0

    def next(self) -> str:
        self._last = max(time.time_ns() // 1000, self._last + 1)
        return f"{self._last // _MICRO}.{self._last % _MICRO:06}"


def new_id(prefix: str) -> str:
    """Return an id of Slack's shape, such as V0A1B2C3D4E."""
    return f"{prefix}0" + "".join(secrets.choice(_LETTERS) for _ in range(9))
