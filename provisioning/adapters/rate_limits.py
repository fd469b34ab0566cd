"""Keeps to the rate limits that a service announces, scope by scope, before it has to refuse."""

from typing import Final

import httpx

from provisioning.adapters.http_answer import asked_pause
from provisioning.errors import Transient
from provisioning.ports import Clock

LONGEST_WAIT: Final = 60.0


class RateLimits:
    """When each scope may be asked again; a scope is what the service counts by, such as a project."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._free_at: dict[str, float] = {}

    async def wait(self, scope: str, *, service: str) -> None:
        """Wait until the scope may be asked; raise Transient when that is further away than a minute."""
        while (pause := self._free_at.get(scope, 0.0) - self._clock.monotonic()) > 0:
            if pause > LONGEST_WAIT:
                message = f"{service} takes no more calls for {scope} for {pause:.0f} seconds."
                raise Transient(message, retry_after=pause, code="rate_limited")
            await self._clock.sleep(pause)
        self._free_at.pop(scope, None)

    def note(self, scope: str, response: httpx.Response) -> None:
        """Remember an answer that says it was the last one for now."""
        if response.headers.get("x-ratelimit-remaining") == "0":
            self.hold(scope, asked_pause(response))

    def hold(self, scope: str, seconds: float | None) -> None:
        """Let the scope rest for some seconds."""
        if seconds:
            self._free_at[scope] = self._clock.monotonic() + seconds
