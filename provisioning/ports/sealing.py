"""Secrets: sealed, opened, and sealed anew under another key."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from provisioning.domain.secret import Sealed, Secret


class Vault(Protocol):
    """Seals secrets to what they belong to: a value moved to another tenant or field does not open."""

    def seal(self, secret: Secret, *, subdomain: str, field: str) -> Sealed: ...

    def open(self, sealed: Sealed, *, subdomain: str, field: str) -> Secret:
        """Raise Permanent when no key opens it, or when it belongs elsewhere."""
        ...


@dataclass(frozen=True)
class SealedPlace:
    """How many sealed values a table holds: under the newest key, under an older one, under none that we have."""

    table: str
    newest: int
    older: int
    unknown: int


@dataclass(frozen=True)
class ProcessKeys:
    """A process that lives, and the names of the keys it knows; it seals with the first one."""

    who: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class AddedKey:
    """A new key, and whether it is in its place already: the environment is not ours to change."""

    key: Secret
    in_place: bool


class Sealing(Protocol):
    """All that rests sealed, and under which of the keys."""

    def names(self) -> Sequence[str]:
        """Names of our keys, newest first."""
        ...

    async def count(self) -> Sequence[SealedPlace]: ...
    async def renew(self) -> int:
        """Seal with the newest key whatever is not; return how many values. Safe to stop and to repeat."""
        ...

    async def processes(self) -> Sequence[ProcessKeys]:
        """The living processes whose keys are other than ours."""
        ...

    async def add_key(self) -> AddedKey: ...
    async def drop_older_keys(self) -> bool:
        """False where a person has to do it."""
        ...


class PasswordHasher(Protocol):
    """bcrypt as the platform verifies it. Hashing takes a third of a second at cost 12, in a thread."""

    async def hash(self, password: Secret, *, cost: int) -> str: ...
