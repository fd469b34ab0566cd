"""How often one caller may come, in this process: a bucket that fills again while they are away."""

import math
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from provisioning.errors import Transient

_MOST_CALLERS: Final = 10_000


class RateLimit:
    """`a_minute` requests of each caller, all at once if they like. Whoever was away longest is forgotten first."""

    def __init__(self, a_minute: int, *, now: Callable[[], float]) -> None:
        self._most = a_minute
        self._now = now
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, caller: str) -> None:
        """Raises Transient (`too_many_requests`) with the seconds after which another one is taken."""
        now = self._now()
        left, since = self._buckets.pop(caller, (float(self._most), now))
        left = min(self._most, left + (now - since) * self._most / 60)
        self._buckets[caller] = (left - 1 if left >= 1 else left, now)
        if len(self._buckets) > _MOST_CALLERS:
            self._buckets.popitem(last=False)
        if left < 1:
            raise Transient(
                f"More than {self._most} requests a minute; try again later.",
                retry_after=math.ceil((1 - left) * 60 / self._most),
                code="too_many_requests",
            )
