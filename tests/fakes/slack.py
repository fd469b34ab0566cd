"""Slack as the reporter talks to it: messages that are kept, refused and found again, and limits that hold."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.outbox.budgets import POST, UPDATE, Budgets
from bot.outbox.errors import SlackRefused
from tests.fakes.clock import FakeClock
from tests.fakes.wire import Wire

FIND = "find_posted"
UPLOAD = "upload"
PROCESSING = 1.0
_BURST, _UPDATES_A_MINUTE = 4, 50


class OverLimit(BaseException):
    """Slack would have answered 429. Not an Exception, so that no code of the product takes it for a trouble."""


@dataclass
class Posted:
    """One message; `versions` are all that it ever showed, with the time of each."""

    channel: str
    ts: str
    thread_ts: str | None
    key: str
    versions: list[tuple[float, str, list[dict[str, Any]]]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return self.versions[-1][1]

    @property
    def blocks(self) -> list[dict[str, Any]]:
        return self.versions[-1][2]

    @property
    def kinds(self) -> list[str]:
        return [block["type"] for block in self.blocks]

    @property
    def said(self) -> str:
        """All that a person can read of it now."""
        return f"{self.text}\n{self.blocks}"


class FakeSlack:
    """Implements Talks with the product's own budgets. Its calls pass the wire under the method's name."""

    def __init__(self, wire: Wire, clock: FakeClock) -> None:
        self.messages: list[Posted] = []
        self.calls: list[tuple[float, str]] = []
        self.refused_kinds: set[str] = set()
        """Types of blocks that this workspace does not take."""
        self.closed_channels: dict[str, str] = {}
        """Channels that take nothing, and Slack's word for why."""
        self.locked: set[str] = set()
        self.files: dict[str, tuple[float, bytes]] = {}
        """When each file was uploaded, and its content."""
        self.takes_files = True
        self._wire = wire
        self._clock = clock
        self._budgets = Budgets(clock)
        self._posts: dict[str, list[float]] = defaultdict(list)

    @property
    def roots(self) -> list[Posted]:
        return [message for message in self.messages if message.thread_ts is None]

    def thread(self, root: Posted) -> list[Posted]:
        return [message for message in self.messages if message.thread_ts == root.ts]

    def count(self, method: str) -> int:
        return sum(name == method for _, name in self.calls)

    def delete(self, message: Posted) -> None:
        self.messages.remove(message)

    async def call(self, method: str, *, within: float | None = None, **arguments: Any) -> Mapping[str, Any]:
        for bucket in self._budgets.needed(method, arguments["channel"]):
            await bucket.take(deadline=self._clock.monotonic() + (within or 30))
        if method == POST:
            return await self._wire.carry(method, lambda: self._post(**arguments))
        assert method == UPDATE
        return await self._wire.carry(method, lambda: self._update(**arguments))

    async def find_posted(
        self, channel: str, key: str, *, thread_ts: str | None, after: Any, within: float | None = None
    ) -> str | None:
        async def find() -> str | None:
            self.calls.append((self._clock.monotonic(), FIND))
            self._require_channel(FIND, channel)
            self._require_thread(FIND, channel, thread_ts)
            seen = (one for one in self.messages if (one.channel, one.thread_ts) == (channel, thread_ts))
            return next((one.ts for one in seen if one.key == key), None)

        return await self._wire.carry(FIND, find)

    async def upload(self, name: str, content: bytes, *, title: str) -> str:
        async def keep() -> str:
            if not self.takes_files:
                raise SlackRefused(UPLOAD, "missing_scope", "It needs files:write.")
            number = f"F{len(self.files):04}"
            self.files[number] = (self._clock.monotonic(), content)
            return number

        assert name.endswith(".png")
        return await self._wire.carry(UPLOAD, keep)

    def may_post(self, channel: str) -> bool:
        return all(bucket.spare() >= 1 for bucket in self._budgets.needed(POST, channel))

    def may_update(self, *, reserve: int = 0) -> bool:
        return self._budgets.method(UPDATE).spare() >= 1 + reserve

    async def _post(
        self, *, channel: str, text: str, blocks: list[dict[str, Any]], thread_ts: str | None,
        metadata: Mapping[str, Any], unfurl_links: bool, unfurl_media: bool,
    ) -> Mapping[str, Any]:  # fmt: skip
        assert not unfurl_links
        assert not unfurl_media
        self._count(POST, channel)
        self._require_channel(POST, channel)
        self._require_thread(POST, channel, thread_ts)
        self._require_blocks(POST, text, blocks)
        ts = f"{self._clock.now().timestamp():.0f}.{len(self.calls):06}"
        posted = Posted(channel, ts, thread_ts, metadata["event_payload"]["key"])
        posted.versions.append((self._clock.monotonic(), text, blocks))
        self.messages.append(posted)
        return {"ok": True, "ts": ts}

    async def _update(
        self, *, channel: str, ts: str, text: str, blocks: list[dict[str, Any]]
    ) -> Mapping[str, Any]:
        self._count(UPDATE, channel)
        self._require_channel(UPDATE, channel)
        self._require_thread(UPDATE, channel, ts)
        if ts in self.locked:
            raise SlackRefused(UPDATE, "cant_update_message", "It can't be changed any more.")
        self._require_blocks(UPDATE, text, blocks)
        message = next(one for one in self.messages if one.ts == ts)
        message.versions.append((self._clock.monotonic(), text, blocks))
        return {"ok": True, "ts": ts}

    def _count(self, method: str, channel: str) -> None:
        """Keep account, and hold Slack's limits: a burst and one message a second, so many updates a minute."""
        now = self._clock.monotonic()
        self.calls.append((now, method))
        if method == UPDATE:
            recent = sum(name == UPDATE and now - at < 60 for at, name in self.calls)
            if recent > _UPDATES_A_MINUTE:
                raise OverLimit(f"{recent} updates in the minute before {now}")
            return
        times = self._posts[channel]
        times.append(now)
        del times[:-100]
        for number, start in enumerate(times):
            if len(times) - number > _BURST + (now - start) + 1e-6:
                raise OverLimit(f"{len(times) - number} messages in {channel} in {now - start:.2f} seconds")

    def _require_channel(self, method: str, channel: str) -> None:
        if word := self.closed_channels.get(channel):
            raise SlackRefused(method, word, "The channel takes nothing.")

    def _require_thread(self, method: str, channel: str, ts: str | None) -> None:
        if ts is not None and not any((one.channel, one.ts) == (channel, ts) for one in self.messages):
            word = "message_not_found" if method == UPDATE else "thread_not_found"
            raise SlackRefused(method, word, "It is not there.")

    def _require_blocks(self, method: str, text: str, blocks: list[dict[str, Any]]) -> None:
        assert text
        if self.refused_kinds & {block["type"] for block in blocks}:
            raise SlackRefused(method, "invalid_blocks", "Blocks of that type are not taken.")
        for shown in (block["slack_file"]["id"] for block in blocks if block["type"] == "image"):
            if self._clock.monotonic() - self.files[shown][0] < PROCESSING:
                raise SlackRefused(method, "invalid_blocks", "The file is not ready.")
