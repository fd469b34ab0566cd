"""Calling Slack: waits for its turn, keeps to what Slack asks for, and repeats only what may be repeated."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.outbox import posted
from bot.outbox.attempt import Trouble, attempt
from bot.outbox.bucket import OutOfTime
from bot.outbox.budgets import POST, UPDATE, Budgets
from bot.outbox.errors import SlackAway, SlackRefused, SlackUnclear
from bot.outbox.meters import count_call
from bot.outbox.ports import Answer
from bot.outbox.uploading import put_content
from provisioning.ports import Clock
from provisioning.tracing import span

log = structlog.get_logger(__name__)

PATIENCE: Final = 30.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 8.0

# What Slack says to a repeated call when it was the first one, whose answer is lost, that took effect.
_DONE_ALREADY: Final = frozenset({"duplicate_external_id", "exchanged_trigger_id", "hash_conflict"})


@dataclass(frozen=True)
class Identity:
    """Who our token is, as auth.test says."""

    user: str
    bot: str
    team: str


class SlackCalls:
    """The one way to Slack's Web API; everybody in the process shares its budgets."""

    def __init__(self, client: AsyncWebClient, *, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._budgets = Budgets(clock)
        self._identity: Identity | None = None

    async def call(self, method: str, *, within: float | None = None, **arguments: Any) -> Answer:
        """Return Slack's answer; raise a SlackError when there is none that is ok within so many seconds.

        A message whose fate is unclear is not posted again: SlackUnclear asks to look for it first.
        """
        deadline = self._clock.monotonic() + (PATIENCE if within is None else within)
        was_unclear = False
        pauses = _pauses()
        while True:
            await self._wait_for_turn(method, str(arguments.get("channel", "")), deadline)
            try:
                with span(f"Slack {method}", {"rpc.method": method}):
                    answer = await attempt(self._client, method, arguments, seconds=self._left(deadline))
            except SlackRefused as refused:
                count_call(method, refused.code)
                if was_unclear and refused.code in _DONE_ALREADY:
                    raise SlackUnclear(method, refused.code, _unclear(method, refused.message)) from refused
                raise
            if not isinstance(answer, Trouble):
                count_call(method, "ok")
                return answer
            count_call(method, answer.code, is_limit=answer.is_limit)
            was_unclear = was_unclear or answer.may_have_worked
            await self._after(answer, method, arguments, deadline, next(pauses))

    async def find_posted(
        self,
        channel: str,
        key: str,
        *,
        thread_ts: str | None,
        after: str | datetime,
        within: float | None = None,
    ) -> str | None:
        """Return the ts of our own message whose metadata carry this key, or None when there is none."""
        us = await self.identity(within=within)
        ids = frozenset({us.bot, us.user} - {""})
        return await posted.find_posted(
            self, channel, key, us=ids, thread_ts=thread_ts, after=after, within=within
        )

    async def identity(self, *, within: float | None = None) -> Identity:
        """Ask once who we are; a token's identity never changes."""
        if self._identity is None:
            said = await self.call("auth.test", within=within)
            self._identity = Identity(
                user=str(said.get("user_id", "")),
                bot=str(said.get("bot_id", "")),
                team=str(said.get("team_id", "")),
            )
        return self._identity

    async def upload(self, name: str, content: bytes, *, title: str) -> str:
        """Bring a file to Slack, seen by nobody until a message shows it; return its id. Safe to repeat."""
        place = await self.call("files.getUploadURLExternal", filename=name, length=len(content))
        await put_content(self._client, str(place["upload_url"]), content)
        number = str(place["file_id"])
        await self.call("files.completeUploadExternal", files=[{"id": number, "title": title}])
        return number

    def may_post(self, channel: str) -> bool:
        """Tell whether a message to this channel would go out at once."""
        return all(bucket.spare() >= 1 for bucket in self._budgets.needed(POST, channel))

    def may_update(self, *, reserve: int = 0) -> bool:
        """Tell whether a message could be changed at once, and so many more after it."""
        return self._budgets.method(UPDATE).spare() >= 1 + reserve

    async def _wait_for_turn(self, method: str, channel: str, deadline: float) -> None:
        try:
            for bucket in self._budgets.needed(method, channel):
                await bucket.take(deadline=deadline)
        except OutOfTime as late:
            message = f"Slack takes no more calls of {method} for {late.seconds:.0f} seconds."
            raise SlackAway(method, "ratelimited", message, late.seconds) from None
        if self._left(deadline) <= 0:
            raise SlackAway(method, "out_of_time", f"There was no time left to call {method}.")

    async def _after(
        self, trouble: Trouble, method: str, arguments: Mapping[str, Any], deadline: float, pause: float
    ) -> None:
        """Let everybody wait, or only this call; or raise, when there is nothing to be gained by waiting."""
        if method == POST and trouble.may_have_worked:
            raise SlackUnclear(method, trouble.code, _unclear(method, f"{trouble.said}."))
        log.info("slack_call_repeated", method=method, code=trouble.code, pause=trouble.pause)
        if trouble.is_limit and trouble.pause is not None:
            self._pause(method, str(arguments.get("channel", "")), trouble)
            return
        wait = max(pause, trouble.pause or 0)
        if wait >= self._left(deadline):
            raise SlackAway(method, trouble.code, f"{trouble.said}; gave up {method}.", trouble.pause)
        await self._clock.sleep(wait)

    def _pause(self, method: str, channel: str, trouble: Trouble) -> None:
        assert trouble.pause is not None
        scarcest, *others = self._budgets.needed(method, channel)
        of_the_workspace = trouble.code == "message_limit_exceeded"
        bucket = others[-1] if of_the_workspace and others else scarcest
        bucket.pause(trouble.pause)

    def _left(self, deadline: float) -> float:
        return deadline - self._clock.monotonic()


def _pauses() -> Iterator[float]:
    pause = _FIRST_PAUSE
    while True:
        yield pause
        pause = min(pause * 2, _LONGEST_PAUSE)


def _unclear(method: str, reason: str) -> str:
    return f"{reason} Whether {method} took effect is not known."
