"""What one check found, and what to do about it."""

from dataclasses import dataclass
from typing import Final

_MARKS: Final = {True: "✓", False: "✗", None: "–"}


@dataclass(frozen=True)
class Finding:
    """`ok` is None where it can't be told, or where it is good to know and nothing is broken."""

    name: str
    ok: bool | None
    found: str
    advice: str = ""

    @property
    def mark(self) -> str:
        return _MARKS[self.ok]


def not_checked(name: str, because: str) -> Finding:
    return Finding(name, None, f"not checked: {because}")
