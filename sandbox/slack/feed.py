"""What has changed, told to everyone who looks at the page while it happens."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any


class Feed:
    def __init__(self) -> None:
        self._listeners: dict[asyncio.Queue[dict[str, Any] | None], str] = {}
        self._closed = False

    def tell(self, change: dict[str, Any], *, only_for: str | None = None) -> None:
        for queue, person in self._listeners.items():
            if only_for in (None, person):
                queue.put_nowait(change)

    async def listen(self, person: str) -> AsyncIterator[dict[str, Any]]:
        """Yield changes that concern this person, until the stand-in stops."""
        queue: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        if self._closed:
            return
        self._listeners[queue] = person
        try:
            yield {"type": "hello"}
            while (change := await queue.get()) is not None:
                yield change
        finally:
            del self._listeners[queue]

    def close(self) -> None:
        self._closed = True
        for queue in self._listeners:
            queue.put_nowait(None)
