"""Secrets: `Secret` lives only where it is used and never prints itself; `Sealed` is what travels and rests."""

import secrets
import string
from typing import NewType

Sealed = NewType("Sealed", str)
"""A value encrypted by the vault. Safe to store, to checkpoint and to hand around."""

_ALPHANUMERIC = string.ascii_letters + string.digits


class Secret:
    """A value in clear. Its text forms are redacted; `reveal()` is the only way to it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and secrets.compare_digest(
            self._value.encode(), other._value.encode()
        )

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("A secret is not pickled; seal it first.")


def new_password(length: int) -> Secret:
    """Make a random password of letters and digits, which needs no escaping in any URL or shell."""
    return Secret("".join(secrets.choice(_ALPHANUMERIC) for _ in range(length)))
