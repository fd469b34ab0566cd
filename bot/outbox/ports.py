"""What the rest of the bot asks of the outbox, so that a test can answer in Slack's place."""

from collections.abc import Mapping
from typing import Any, Protocol

Answer = Mapping[str, Any]


class Calls(Protocol):
    """Raises a SlackError when there is no answer that is ok within so many seconds."""

    async def call(self, method: str, *, within: float | None = None, **arguments: Any) -> Answer: ...
