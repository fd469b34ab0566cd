"""Checks side by side, each with its own end of patience; their findings are told in a fixed order."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from provisioning.doctor.finding import Finding, advised
from provisioning.errors import TenantbotError

PATIENCE: Final = 15.0


@dataclass(frozen=True)
class Check:
    """Looks at one thing. `name` and `advice` are for a look that raises, or that does not come to an end."""

    name: str
    look: Callable[[], Awaitable[Sequence[Finding]]]
    advice: str
    seconds: float = PATIENCE


async def examine(checks: Sequence[Check]) -> AsyncIterator[Finding]:
    """Look at everything at once, and tell each finding as soon as those before it are told."""
    tasks = [asyncio.create_task(_bounded(check)) for check in checks]
    try:
        for task in tasks:
            for finding in await task:
                yield finding
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _bounded(check: Check) -> Sequence[Finding]:
    try:
        async with asyncio.timeout(check.seconds):
            return await check.look()
    except TimeoutError:
        return [Finding(check.name, False, f"no answer within {check.seconds:.0f} seconds", check.advice)]
    except TenantbotError as fault:
        return [advised(check.name, fault, check.advice)]
