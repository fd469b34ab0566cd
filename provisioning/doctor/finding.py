"""What one check found, and what to do about it."""

from dataclasses import dataclass
from typing import Final

from provisioning.errors import TenantbotError

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


def advised(name: str, fault: TenantbotError, advice: str = "") -> Finding:
    """Make a finding of an error: its message says what is wrong and then, after a semicolon, what to do."""
    found, _, told = fault.message.partition("; ")
    return Finding(name, False, found, f"{told[:1].upper()}{told[1:]}" if told else advice)
