"""The checklist that step 8 proves a tenant by: one line per check, expected against found."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """One check. `ok` is None when it was skipped; an advisory one may fail without failing the tenant."""

    name: str
    expected: str
    found: str
    ok: bool | None
    advisory: bool = False
    evidence: str = ""
    seconds: float = 0.0

    @property
    def skipped(self) -> bool:
        return self.ok is None

    @property
    def failed(self) -> bool:
        return self.ok is False


@dataclass(frozen=True)
class Checklist:
    """All checks of one verification."""

    checks: tuple[Check, ...]

    @property
    def failures(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if check.failed and not check.advisory)

    @property
    def advisory_failures(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if check.failed and check.advisory)

    @property
    def verdict(self) -> str:
        """The one line people read: never plain green while anything failed."""
        if self.failures:
            return f"{_count(len(self.failures), 'check')} failed: {_names(self.failures)}"
        if self.advisory_failures:
            return f"verified, {_count(len(self.advisory_failures), 'advisory failure')}"
        return "verified"


def _names(checks: Iterable[Check]) -> str:
    return ", ".join(check.name for check in checks)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
