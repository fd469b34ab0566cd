"""The same for each of many: some at a time, all of them whatever becomes of one, and people told how far it is."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, TypeVar

from provisioning.engine.step import Context
from provisioning.engine.waiting import together

T = TypeVar("T")
R = TypeVar("R")

AT_ONCE: Final = 16
_NOTES: Final = 10


async def for_each(
    at: Context[Any],
    items: Sequence[T],
    act: Callable[[T], Awaitable[R]],
    *,
    done: str,
    at_once: int = AT_ONCE,
) -> list[R]:
    """Do it for each; `done` says what was done to one, as in `87 of 100 suspended`.

    An act answers for its own item's trouble; what it raises ends all.
    """
    slots = asyncio.Semaphore(at_once)
    ended = 0

    async def one(item: T) -> R:
        nonlocal ended
        async with slots:
            result = await act(item)
        ended += 1
        if ended % (len(items) // _NOTES or 1) == 0:
            await at.note(f"{ended} of {len(items)} {done}")
        return result

    return await together(*(one(item) for item in items))


def named(subdomains: Sequence[str]) -> str:
    """The first few by name, and how many there are besides."""
    shown = ", ".join(subdomains[:10])
    return shown if len(subdomains) <= 10 else f"{shown} and {len(subdomains) - 10} more"  # noqa: PLR2004
