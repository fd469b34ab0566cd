"""Can this process do its work now, and what keeps it from it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from provisioning.errors import TenantbotError

Condition = Callable[[], Awaitable[str | None]]
"""Gives the reason why it does not hold, or None; what it raises is a reason too."""

_SECONDS: Final = 3.0


async def reasons_against(conditions: Mapping[str, Condition]) -> dict[str, str]:
    """Ask all side by side; name those that do not hold, or do not say so in time."""
    asked = await asyncio.gather(*(_reason(one) for one in conditions.values()))
    return {name: reason for name, reason in zip(conditions, asked, strict=True) if reason is not None}


async def _reason(condition: Condition) -> str | None:
    try:
        async with asyncio.timeout(_SECONDS):
            return await condition()
    except TimeoutError:
        return f"no answer within {_SECONDS:.0f} seconds"
    except TenantbotError as fault:
        return fault.message
