"""The same for each of many tenants: some at a time, all of them whatever becomes of one, and people told how far it is."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

from provisioning.domain.tenant import Tenant
from provisioning.engine.waiting import together
from provisioning.provision.ports import At

R = TypeVar("R")

AT_ONCE: Final = 16
_NOTES: Final = 10


async def for_each(
    at: At, tenants: Sequence[Tenant], act: Callable[[Tenant], Awaitable[R]], *, done: str
) -> list[R]:
    """Do it for each; `done` says what was done to a tenant, as in `87 of 100 suspended`.

    An act answers for its own tenant's trouble; what it raises ends all.
    """
    slots = asyncio.Semaphore(AT_ONCE)
    ended = 0

    async def one(tenant: Tenant) -> R:
        nonlocal ended
        async with slots:
            result = await act(tenant)
        ended += 1
        if ended % (len(tenants) // _NOTES or 1) == 0:
            await at.note(f"{ended} of {len(tenants)} {done}")
        return result

    return await together(*(one(tenant) for tenant in tenants))


def named(subdomains: Sequence[str]) -> str:
    """The first few by name, and how many there are besides."""
    shown = ", ".join(subdomains[:10])
    return shown if len(subdomains) <= 10 else f"{shown} and {len(subdomains) - 10} more"  # noqa: PLR2004
