"""Leafing through what is listed newest first: a page begins after the last line of the one before."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Self

CURSOR: Final = r"^[0-9]{1,16}-[A-Za-z0-9._-]{1,200}$"
"""How a cursor is written."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_WRITTEN: Final = re.compile(CURSOR)
_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True)
class Cursor:
    """Where a page ended. It holds although lines come and go meanwhile, that one too."""

    at: datetime
    id: str

    def __str__(self) -> str:
        return f"{(self.at - _EPOCH) // _MICROSECOND}-{self.id}"

    @classmethod
    def read(cls, text: str) -> Self:
        """Raises ValueError for anything that is not written like one."""
        if not _WRITTEN.fullmatch(text):
            raise ValueError(f"{text} is not a cursor.")
        microseconds, _, line = text.partition("-")
        return cls(_EPOCH + int(microseconds) * _MICROSECOND, line)
