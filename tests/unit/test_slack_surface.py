"""A part of the Slack surface that ends by a defect is begun again: else nobody would be told of anything more."""

import asyncio

import pytest

from bot.surface import keep
from tests.fakes.clock import FakeClock


async def test_a_part_that_ended_by_an_error_is_begun_again() -> None:
    attempts: list[int] = []

    async def work() -> None:
        attempts.append(len(attempts))
        if len(attempts) < 3:
            raise RuntimeError("a defect")
        raise asyncio.CancelledError

    clock = FakeClock()
    with pytest.raises(asyncio.CancelledError):
        await keep(work, clock)
    assert (len(attempts), len(clock.sleeps)) == (3, 2)
