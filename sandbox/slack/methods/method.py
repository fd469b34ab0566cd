"""One method of the Web API, and the call that it answers."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sandbox.slack.arguments import Arguments
from sandbox.slack.desk import Desk
from sandbox.slack.refusals import Refusal
from sandbox.slack.workspace import Workspace


@dataclass(frozen=True)
class Call:
    desk: Desk
    workspace: Workspace
    arguments: Arguments
    scopes: frozenset[str]

    @property
    def bot(self) -> str:
        return self.workspace.bot_user_id

    def need_scope(self, *any_of: str) -> None:
        """Refuse a token that has none of these."""
        if any_of and not self.scopes.intersection(any_of):
            raise Refusal("missing_scope", needed=any_of[0], provided=",".join(sorted(self.scopes)))


Answer = dict[str, Any]


@dataclass(frozen=True)
class Method:
    answer: Callable[[Call], Awaitable[Answer]]
    per_minute: int
    scopes: tuple[str, ...] = ()  # any of them will do
    for_app_token: bool = False
