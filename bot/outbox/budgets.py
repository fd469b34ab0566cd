"""How often each method may be called. Slack counts per method and workspace, and messages per channel.

Every allowance stays a little below Slack's own number, because calls bunch up on their way.
"""

from collections.abc import Mapping
from typing import Final

from bot.outbox.bucket import Allowance, Bucket
from provisioning.ports import Clock

TIER2: Final = Allowance(burst=12, per_second=0.12)  # of 20 a minute
TIER3: Final = Allowance(burst=20, per_second=0.45)  # of 50 a minute
TIER4: Final = Allowance(burst=40, per_second=0.9)  # of 100 a minute
HUNDREDS: Final = Allowance(burst=60, per_second=2)  # "hundreds per minute"
CHANNEL: Final = Allowance(burst=3, per_second=1)  # messages in one channel
WORKSPACE: Final = Allowance(
    burst=40, per_second=2.5
)  # messages in all of them: "several hundred per minute"

POST: Final = "chat.postMessage"
UPDATE: Final = "chat.update"

METHODS: Final[Mapping[str, Allowance]] = {
    "auth.test": HUNDREDS,
    "chat.delete": TIER3,
    "chat.getPermalink": HUNDREDS,
    "chat.postEphemeral": TIER4,
    POST: WORKSPACE,
    UPDATE: TIER3,
    "conversations.history": TIER3,
    "conversations.info": TIER3,
    "conversations.replies": TIER3,
    "files.completeUploadExternal": TIER4,
    "files.getUploadURLExternal": TIER4,
    "usergroups.list": TIER2,
    "usergroups.users.list": TIER2,
    "users.info": TIER4,
    "views.open": TIER4,
    "views.publish": TIER4,
    "views.push": TIER4,
    "views.update": TIER4,
}

_MOST_CHANNELS: Final = 500  # kept at a time; an idle one has nothing to remember


class Budgets:
    """The buckets of one workspace, made when they are first asked for."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._methods: dict[str, Bucket] = {}
        self._channels: dict[str, Bucket] = {}

    def method(self, name: str) -> Bucket:
        if name not in self._methods:
            self._methods[name] = Bucket(METHODS.get(name, TIER2), self._clock)
        return self._methods[name]

    def channel(self, name: str) -> Bucket:
        if name not in self._channels:
            self._forget_idle_channels()
            self._channels[name] = Bucket(CHANNEL, self._clock)
        return self._channels[name]

    def needed(self, method: str, channel: str) -> tuple[Bucket, ...]:
        """Return what one call takes from, the scarcest first."""
        if method == POST:
            return self.channel(channel), self.method(POST)
        return (self.method(method),)

    def _forget_idle_channels(self) -> None:
        if len(self._channels) >= _MOST_CHANNELS:
            self._channels = {name: bucket for name, bucket in self._channels.items() if not bucket.is_idle()}
