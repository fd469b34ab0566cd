"""Answers that hold for a while: one question for many, and none that is out of date."""

import asyncio

import pytest

from bot.outbox.remembered import Remembered
from tests.fakes.clock import FakeClock


class Source:
    """Answers with its number of questions, once it is let."""

    def __init__(self) -> None:
        self.questions = 0
        self.open = asyncio.Event()
        self.open.set()
        self.broken = False

    async def ask(self, key: str) -> str:
        self.questions += 1
        number = self.questions
        await self.open.wait()
        if self.broken:
            raise RuntimeError(key)
        return f"{key}{number}"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def source() -> Source:
    return Source()


@pytest.fixture
def known(source: Source, clock: FakeClock) -> Remembered[str]:
    return Remembered(source.ask, seconds=60, clock=clock)


async def test_fifty_who_ask_at_once_ask_once(known: Remembered[str], source: Source) -> None:
    assert set(await asyncio.gather(*(known.get("a") for _ in range(50)))) == {"a1"}
    assert await known.get("b") == "b2"


async def test_holds_for_its_time(known: Remembered[str], clock: FakeClock) -> None:
    assert await known.get("a") == "a1"
    await clock.sleep(59)
    assert await known.get("a") == "a1"
    await clock.sleep(2)
    assert known.find("a", at_most=60) is None
    assert known.find("a", at_most=300) == "a1"
    assert await known.get("a") == "a2"


async def test_the_newest_is_asked_for_after_the_call(known: Remembered[str], source: Source) -> None:
    source.open.clear()
    early = asyncio.create_task(known.get("a"))
    await asyncio.sleep(0)
    late = [asyncio.create_task(known.get("a", newest=True)) for _ in range(50)]
    await asyncio.sleep(0)
    source.open.set()
    assert await early == "a1"
    assert set(await asyncio.gather(*late)) == {"a2"}
    assert await known.get("a") == "a2"


async def test_what_was_forgotten_on_its_way_is_not_kept(known: Remembered[str], source: Source) -> None:
    source.open.clear()
    early = asyncio.create_task(known.get("a"))
    await asyncio.sleep(0)
    known.forget("a")
    late = asyncio.create_task(known.get("a"))
    await asyncio.sleep(0)
    source.open.set()
    assert (await early, await late) == ("a1", "a2")
    assert await known.get("a") == "a2"


async def test_an_error_reaches_everybody_and_is_not_kept(known: Remembered[str], source: Source) -> None:
    source.broken = True
    errors = await asyncio.gather(*(known.get("a") for _ in range(3)), return_exceptions=True)
    assert [type(error) for error in errors] == [RuntimeError] * 3
    assert source.questions == 1
    source.broken = False
    assert await known.get("a") == "a2"


async def test_who_goes_away_takes_nothing_from_the_others(known: Remembered[str], source: Source) -> None:
    source.open.clear()
    first, second = asyncio.create_task(known.get("a")), asyncio.create_task(known.get("a"))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    source.open.set()
    assert await second == "a1"
    assert first.cancelled()


async def test_keeps_a_bounded_number(known: Remembered[str]) -> None:
    for number in range(2100):
        await known.get(str(number))
    assert known.find("2099", at_most=60) is not None
    assert known.find("0", at_most=60) is None
