"""A request that is sent again: acted upon once, answered the same each time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from provisioning.control_plane.desk import Desk
from provisioning.domain.actor import Actor
from provisioning.domain.kept_answer import KeptAnswer
from provisioning.errors import Refused

_AT_ONCE: Final = 4
"""Each holds a connection for as long as it takes; the others are for everybody else."""
_PASSING: Final = 500
"""From this status on an answer says that nothing was decided: the next request is the first again."""


class Repeats:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def once(
        self, actor: Actor, key: str, request_hash: str, act: Callable[[], Awaitable[KeptAnswer]]
    ) -> tuple[KeptAnswer, bool]:
        """Act, or give the answer of the first time; and whether it was given before.

        What `act` does and its answer are one transaction, so a crash leaves both or neither, and of two requests at
        once the second waits for the first. Raises Refused when the key belongs to another request.
        """
        caller = f"{actor.surface}:{actor.id}"
        async with self._places, self._desk.registry.unit() as tx:
            earlier = await tx.kept_answers.claim(caller, key, request_hash)
            if earlier is None:
                answer = await act()
                if answer.status < _PASSING:
                    await tx.kept_answers.keep(caller, key, answer)
                else:
                    await tx.kept_answers.forget(caller, key)
                return answer, False
            if earlier.request_hash != request_hash:
                raise Refused(
                    "This Idempotency-Key belongs to another request; use a new one for each.",
                    code="key_reused",
                )
            return earlier.answer, True
