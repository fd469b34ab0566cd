"""Keys in a file, one a line, newest first. Every process here follows it at once, and a command may change it."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import overload

from provisioning.domain.secret import Secret


class KeyFile(Sequence[Secret]):
    """Looked at each time (some microseconds), read when it has changed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._print: tuple[int, ...] = ()
        self._read: tuple[Secret, ...] = ()

    def put_first(self, key: Secret) -> None:
        self._write([key, *self])

    def keep_newest(self) -> None:
        self._write(self._keys()[:1])

    def __len__(self) -> int:
        return len(self._keys())

    def __iter__(self) -> Iterator[Secret]:
        return iter(self._keys())

    @overload
    def __getitem__(self, at: int) -> Secret: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Secret]: ...
    def __getitem__(self, at: int | slice) -> Secret | Sequence[Secret]:
        return self._keys()[at]

    def _keys(self) -> tuple[Secret, ...]:
        stat = self._path.stat()
        seen = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
        if seen != self._print:
            self._read = tuple(Secret(word) for word in self._path.read_text().split())
            self._print = seen
        return self._read

    def _write(self, keys: Sequence[Secret]) -> None:
        """Replace the file in one move, once it is on the disk: a lost key can't be made again."""
        descriptor, draft = tempfile.mkstemp(dir=self._path.parent, prefix=f".{self._path.name}.")  # is 0600
        with os.fdopen(descriptor, "w") as file:
            file.writelines(f"{key.reveal()}\n" for key in keys)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(self._path)
