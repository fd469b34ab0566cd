"""Does this machine's clock agree with the others'? Tokens, signatures and approvals have an end."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from provisioning.doctor.finding import Finding, not_checked
from provisioning.doctor.surroundings import Surroundings
from provisioning.domain.registry_look import RegistryLook
from provisioning.errors import TenantbotError
from provisioning.ports import Clock

NAME: Final = "clock"

_SECONDS: Final = 10.0
_MOST: Final = timedelta(seconds=60)
"""Slack's signatures are good for five minutes, tokens until a given second."""


async def check_clock(at: Surroundings, look: Callable[[], Awaitable[RegistryLook]]) -> Sequence[Finding]:
    async def of_registry() -> datetime:
        return (await look()).now

    database, supabase = await asyncio.gather(_skew(at.clock, of_registry), _skew(at.clock, at.ask_the_time))
    measured = {"the database": database, "Supabase": supabase}
    known = {whose: skew for whose, skew in measured.items() if skew is not None}
    if not known:
        return [not_checked(NAME, "neither the database nor Supabase tells the time")]
    return [_judged(known)]


async def _skew(clock: Clock, ask: Callable[[], Awaitable[datetime]]) -> timedelta | None:
    """Return how far ours is ahead at least; between asking and the answer some time passes."""
    before = clock.now()
    try:
        async with asyncio.timeout(_SECONDS):
            theirs = await ask()
    except (TenantbotError, TimeoutError):
        return None
    after = clock.now()
    if theirs < before:
        return before - theirs
    return after - theirs if theirs > after else timedelta()


def _judged(known: dict[str, timedelta]) -> Finding:
    whose = max(known, key=lambda one: abs(known[one]))
    skew = known[whose]
    if abs(skew) <= _MOST:
        return Finding(NAME, True, f"agrees with {' and '.join(known)}")
    side = "ahead of" if skew > timedelta() else "behind"
    return Finding(
        NAME,
        False,
        f"this machine's clock is {abs(skew).total_seconds():.0f} seconds {side} {whose}'s",
        "Synchronize both by NTP: `timedatectl set-ntp true`.",
    )
