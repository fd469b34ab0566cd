"""Cuts out whatever looks like a secret: the second line of defence, behind never putting one into a text."""

import re
from collections.abc import Collection, Mapping
from typing import Any, Final

_MARK: Final = "[redacted]"
_SHORTEST: Final = 6
"""What is shorter is a word that may be anywhere."""

_SECRET_SHAPES: Final = re.compile(
    r"sbp_[A-Za-z0-9_]+|sb_secret_[A-Za-z0-9_]+|xox[a-z]-[A-Za-z0-9-]+|xapp-[A-Za-z0-9-]+|eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_.-]+"
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)|(?<=[Bb]earer )[^\s'\"]{16,}|\bre_[A-Za-z0-9_]{16,}"
    r"|(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{43}=(?!=)"
)


def redact(text: str) -> str:
    return _SECRET_SHAPES.sub(_MARK, text)


class Redactor:
    """Knows the secrets of this installation besides, whatever they look like."""

    def __init__(self, secrets: Collection[str]) -> None:
        known = sorted({one for one in secrets if len(one) >= _SHORTEST}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def redacted(self, value: Any) -> Any:
        """Give the value without secrets, however deep they are; what is no plain data becomes text."""
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, Mapping):
            return {self._text(str(key)): self.redacted(one) for key, one in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self.redacted(one) for one in value]
        return self._text(str(value))

    def _text(self, text: str) -> str:
        return redact(self._known.sub(_MARK, text) if self._known else text)
