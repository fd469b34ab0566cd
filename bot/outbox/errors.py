"""How a call to Slack can fail, by what whoever made it must do.

SlackError
├── SlackRefused   Slack will say the same again: change what is asked, or give up
├── SlackUnclear   it may have taken effect: look for it before asking again
└── SlackAway      Slack could not be reached, or had no time for us: ask again later

Messages are sentences for people and never carry a token.
"""

from collections.abc import Mapping
from typing import Any


class SlackError(Exception):
    """`method` is what was called, `code` Slack's word for what is wrong or one of ours."""

    def __init__(self, method: str, code: str, message: str) -> None:
        super().__init__(method, code, message)
        self.method = method
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return self.message


class SlackRefused(SlackError):
    """`response` is the whole of Slack's answer."""

    def __init__(
        self, method: str, code: str, message: str, response: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(method, code, message)
        self.response: Mapping[str, Any] = response or {}


class SlackUnclear(SlackError):
    """The answer was lost or says that it does not know itself."""


class SlackAway(SlackError):
    """`retry_after` is how many seconds to wait at least, where that is known."""

    def __init__(self, method: str, code: str, message: str, retry_after: float | None = None) -> None:
        super().__init__(method, code, message)
        self.retry_after = retry_after
