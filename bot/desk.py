"""What every listener works with: the door, the ways to Slack, and who is let in."""

import time
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Final

from bot.allowlist import Allowlist
from bot.blocks.kit import Message, View
from bot.blocks.notices import notice_view, trouble_message
from bot.errands import Errands
from bot.in_time import in_time
from bot.outbox.answers import Answers
from bot.outbox.calls import SlackCalls
from bot.outbox.errors import SlackAway, SlackRefused, SlackUnclear
from provisioning.control_plane import ControlPlane
from provisioning.control_plane.plans import Choices
from provisioning.errors import TenantbotError
from provisioning.ports import Clock

_REMEMBERED: Final = 10_000
_DRAW_SECONDS: Final = 6.0


class Seen:
    """Requests that came to this process already; the door knows those of all processes, when it can be asked."""

    def __init__(self) -> None:
        self._keys: OrderedDict[str, float] = OrderedDict()

    def first_time(self, key: str) -> bool:
        if key in self._keys:
            return False
        self._keys[key] = time.monotonic()
        if len(self._keys) > _REMEMBERED:
            self._keys.popitem(last=False)
        return True


@dataclass
class Desk:
    control: ControlPlane
    calls: SlackCalls
    answers: Answers
    allowlist: Allowlist
    clock: Clock
    ops_channel: str
    domain: str
    choices: Choices
    """What the form offers; fetched anew from time to time, so that a form opens at once."""
    errands: Errands = field(default_factory=Errands)
    seen: Seen = field(default_factory=Seen)

    async def open_form(self, trigger_id: str, view: View, *, late: str) -> Message | None:
        """Open a modal; when it is too late for that, say so."""
        try:
            await self.calls.call("views.open", within=2.0, trigger_id=trigger_id, view=view)
        except SlackUnclear:
            return None
        except (SlackAway, SlackRefused):
            return trouble_message(late)
        return None

    async def open_and_fill(
        self, trigger_id: str, waiting: View, draw: Callable[[], Coroutine[Any, Any, View]], *, late: str
    ) -> Message | None:
        """Open a modal at once that says what is being looked at, and draw the form into it once that is known."""
        try:
            opened = await self.calls.call("views.open", within=2.0, trigger_id=trigger_id, view=waiting)
        except SlackUnclear:
            return None
        except (SlackAway, SlackRefused):
            return trouble_message(late)
        try:
            view = await in_time(_DRAW_SECONDS, draw())
        except TenantbotError as fault:
            view = notice_view("Not now", fault.message)
        except TimeoutError:
            view = notice_view("Not now", "That did not answer in time. Please try again.")
        await self.calls.call("views.update", view_id=opened["view"]["id"], view=view)
        return None
