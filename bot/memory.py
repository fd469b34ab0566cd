"""What is made at the start stays to the end: the garbage collector need not look through all of it again and again.

Looking takes it up to a fifth of a second, in which nothing is acknowledged.
"""

import asyncio
import gc


def keep_for_good() -> None:
    """Spare what there is now from every later collection."""
    gc.collect()
    gc.freeze()


async def keep_for_good_once(ready: asyncio.Event) -> None:
    await ready.wait()
    keep_for_good()
