"""Who uses the stand-ins of a home: all share one lock, which the kernel drops however a user ends."""

import asyncio
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from sandbox.locks import FileLock, locked

_FIRST_USER_SECONDS = 15.0
_NO_USER_SECONDS = 3.0
_PAUSE = 0.5


def using(home: Path) -> AbstractAsyncContextManager[None]:
    """Be a user; whoever comes while the stand-ins are leaving waits until they have left."""
    return locked(_path(home), shared=True)


async def wait_until_unused(home: Path) -> None:
    """Return when nobody has used this home for a while, and keep new users out until this process ends."""
    now = asyncio.get_running_loop().time
    lock = FileLock(_path(home))
    last_used = now() + _FIRST_USER_SECONDS - _NO_USER_SECONDS
    while True:
        if not lock.try_lock():
            last_used = now()
        elif now() - last_used >= _NO_USER_SECONDS:
            return
        else:
            lock.release()
        await asyncio.sleep(_PAUSE)


def _path(home: Path) -> Path:
    return home / "sandbox.users"
