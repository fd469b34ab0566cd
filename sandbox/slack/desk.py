"""What every part of the stand-in has at hand."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from sandbox.slack.clock import Timestamps
from sandbox.slack.delivery.sockets import Sockets
from sandbox.slack.feed import Feed
from sandbox.slack.workspace import Workspace, get_workspace
from sandbox.state import State

SERVICE = "slack"


@dataclass(frozen=True)
class Desk:
    state: State
    bot_token: str
    app_token: str
    signing_secret: str
    base_url: str
    timestamps: Timestamps = field(default_factory=Timestamps)
    sockets: Sockets = field(default_factory=Sockets)
    feed: Feed = field(default_factory=Feed)
    chores: set[asyncio.Task[None]] = field(default_factory=set)

    async def workspace(self) -> Workspace:
        return await get_workspace(self.state)

    def later(self, chore: Coroutine[Any, Any, None]) -> None:
        """Do something beside the request that asked for it."""
        task = asyncio.create_task(chore)
        self.chores.add(task)
        task.add_done_callback(self.chores.discard)

    async def close(self) -> None:
        """Let everybody go who listens, so that the server can stop."""
        self.feed.close()
        self.sockets.close()
        for task in list(self.chores):
            task.cancel()
        await asyncio.gather(*self.chores, return_exceptions=True)
