"""The keys that seal, newest first: whether a value is sealed with the newest one, and sealing it anew with it.

Which key sealed a value is not written on it; it is told by trial. What is sealed may hold sealed values itself.
"""

import hashlib
import re
from collections.abc import Sequence
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from provisioning.domain.secret import Secret

_TOKEN: Final = re.compile(r"gAAAAA[A-Za-z0-9_-]{90,}={0,2}")
"""What a Fernet token looks like; none is shorter than a hundred characters."""


class UnknownKey(Exception):
    """None of the keys opens the value."""


class Keyring:
    """Keys that may change while it is used: those of a file do."""

    def __init__(self, keys: Sequence[Secret]) -> None:
        self._keys = keys
        self._known: tuple[Secret, ...] = ()
        self._fernets: list[Fernet] = []

    @property
    def names(self) -> tuple[str, ...]:
        """By what the keys are known where they may not be shown."""
        return tuple(key_name(key) for key in self._keys)

    def seal(self, text: str) -> str:
        return self._all()[0].encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        try:
            return MultiFernet(self._all()).decrypt(sealed.encode()).decode()
        except InvalidToken as fault:
            raise UnknownKey from fault

    def renewed(self, sealed: str) -> str | None:
        """The same, sealed with the newest key inside and out; None when it is so already. Raises UnknownKey."""
        clear = self.open(sealed)
        renewed = _TOKEN.sub(lambda found: self._renewed_inside(found[0]), clear)
        if renewed == clear and self._is_newest(sealed):
            return None
        return self.seal(renewed)

    def _renewed_inside(self, text: str) -> str:
        try:
            return self.renewed(text) or text
        except UnknownKey:  # it only looks like one of ours, or its key is lost
            return text

    def _is_newest(self, sealed: str) -> bool:
        try:
            self._all()[0].decrypt(sealed.encode())
        except InvalidToken:
            return False
        return True

    def _all(self) -> list[Fernet]:
        keys = tuple(self._keys)
        if keys != self._known:
            self._fernets = [Fernet(key.reveal()) for key in keys]
            self._known = keys
        return self._fernets


def new_key() -> Secret:
    """Make a key for TENANTBOT_SECRET_KEYS."""
    return Secret(Fernet.generate_key().decode())


def key_name(key: Secret) -> str:
    """A name that tells keys apart and gives nothing of them away."""
    return hashlib.sha256(b"tenantbot key\0" + key.reveal().encode()).hexdigest()[:8]
