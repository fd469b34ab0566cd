"""The runner's own bookkeeping outlives an outage of the registry: it waits until the database is back."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from provisioning.errors import Transient
from provisioning.ports import Clock
from provisioning.registry import Registry, Transaction

T = TypeVar("T")

_LONGEST_PAUSE = 5.0

log = structlog.get_logger(__name__)


async def patiently(registry: Registry, clock: Clock, change: Callable[[Transaction], Awaitable[T]]) -> T:
    """Run `change` in a transaction, again and again until the registry can be reached.

    Safe to repeat: what runs here is idempotent or bound to a claim.
    """
    pause = 0.2
    while True:
        try:
            async with registry.transaction() as tx:
                return await change(tx)
        except Transient as fault:
            log.warning("registry unreachable", reason=fault.message, next_try_in=pause)
            await clock.sleep(pause)
            pause = min(_LONGEST_PAUSE, pause * 2)
