"""The engine's checkpoints in memory, with a process that can end before or after any of them."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from tests.fakes.wire import Killed


class MemoryCheckpoints:
    """Remembers as JSON text what each checkpoint returned. Entered again, it returns that and does not act."""

    def __init__(self) -> None:
        self.remembered: dict[str, str] = {}
        self.dies_before: str | None = None
        self.dies_after: str | None = None
        """Dies when the act is done and its result is not yet remembered."""

    async def __call__(self, name: str, act: Callable[[], Awaitable[Any]]) -> Any:
        if name not in self.remembered:
            if name == self.dies_before:
                self.dies_before = None
                raise Killed
            result = json.dumps(await act())
            if name == self.dies_after:
                self.dies_after = None
                raise Killed
            self.remembered[name] = result
        return json.loads(self.remembered[name])
