"""Locks between processes: held through an open file, so the kernel drops them however a process ends."""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

_PAUSE = 0.05


class FileLock:
    """A flock on one file: many may share it, or one has it alone."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def try_lock(self, *, shared: bool = False) -> bool:
        """Take the lock now or not at all."""
        if self._descriptor is None:
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(self._descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            self.release()
            return False
        return True

    async def lock(self, *, shared: bool = False) -> None:
        """Wait for the lock; polling, because a thread that blocks in flock could not be cancelled."""
        while not self.try_lock(shared=shared):  # noqa: ASYNC110  # the kernel tells nobody
            await asyncio.sleep(_PAUSE)

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


@asynccontextmanager
async def locked(path: Path, *, shared: bool = False) -> AsyncIterator[None]:
    lock = FileLock(path)
    await lock.lock(shared=shared)
    try:
        yield
    finally:
        lock.release()
