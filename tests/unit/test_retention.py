"""What ended long ago is forgotten portion by portion, and only while the engine runs here."""

import asyncio
from datetime import datetime, timedelta

from provisioning.cli.retention import MOST_PORTIONS, forget_ended_legs
from tests.fakes.clock import START, FakeClock

MONTH = timedelta(days=30)


class Engine:
    """Has so many portions to forget; `stops_after` so many its lease is lost."""

    def __init__(self, portions: int, *, stops_after: int | None = None) -> None:
        self.working = asyncio.Event()
        self.working.set()
        self.portions = portions
        self.stops_after = stops_after
        self.asked: list[datetime] = []

    async def forget(self, before: datetime) -> int:
        self.asked.append(before)
        if len(self.asked) == self.stops_after:
            self.working.clear()
        self.portions -= 1
        return 500 if self.portions >= 0 else 0


async def forget_with(engine: Engine) -> None:
    await forget_ended_legs(FakeClock(), MONTH, engine.forget, engine.working)


async def test_everything_older_is_forgotten_and_nothing_younger_is_asked_about() -> None:
    engine = Engine(3)

    await forget_with(engine)

    assert engine.asked == [START - MONTH] * 4


async def test_more_than_one_tick_may_take_waits_for_the_next() -> None:
    engine = Engine(MOST_PORTIONS + 5)

    await forget_with(engine)

    assert engine.portions == 5


async def test_an_engine_that_lost_its_lease_is_asked_no_more() -> None:
    engine = Engine(9, stops_after=2)

    await forget_with(engine)

    assert len(engine.asked) == 2


async def test_it_waits_until_the_engine_runs() -> None:
    engine = Engine(1)
    engine.working.clear()
    forgetting = asyncio.create_task(forget_with(engine))
    await asyncio.sleep(0)
    assert engine.asked == []

    engine.working.set()
    await forgetting

    assert len(engine.asked) == 2
