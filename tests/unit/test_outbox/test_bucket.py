"""Allowances: no minute holds more than it may, turns come in order, a pause holds for everybody."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.outbox.bucket import Allowance, Bucket, OutOfTime
from bot.outbox.budgets import CHANNEL, METHODS, TIER2, TIER3, TIER4, WORKSPACE, Budgets
from tests.fakes.clock import FakeClock

NEVER = float("inf")


def busiest_minute(times: list[float]) -> int:
    return max(sum(start <= at < start + 60 for at in times) for start in times)


@settings(max_examples=60, deadline=None)
@given(gaps=st.lists(st.floats(0, 90), min_size=1, max_size=200))
@pytest.mark.parametrize(("allowance", "limit"), [(TIER2, 20), (TIER3, 50), (TIER4, 100)])
async def test_no_minute_holds_more_calls_than_the_tier(
    allowance: Allowance, limit: int, gaps: list[float]
) -> None:
    clock = FakeClock()
    bucket = Bucket(allowance, clock)
    times = []
    for gap in gaps:
        for _ in range(3):
            await bucket.take(deadline=NEVER)
            times.append(clock.monotonic())
        await clock.sleep(gap)
    assert busiest_minute(times) <= limit


@pytest.mark.parametrize("allowance", [*METHODS.values(), CHANNEL])
async def test_callers_that_come_all_at_once_stay_within_the_tier(allowance: Allowance) -> None:
    clock = FakeClock()
    bucket = Bucket(allowance, clock)
    times: list[float] = []

    async def call() -> None:
        await bucket.take(deadline=NEVER)
        times.append(clock.monotonic())

    await asyncio.gather(*(call() for _ in range(300)))
    assert len(times) == 300
    assert busiest_minute(times) <= allowance.burst + 60 * allowance.per_second + 1e-6


async def test_turns_come_in_the_order_of_asking() -> None:
    clock = FakeClock()
    bucket = Bucket(Allowance(burst=1, per_second=1), clock)
    served: list[int] = []

    async def call(number: int) -> None:
        await bucket.take(deadline=NEVER)
        served.append(number)

    await asyncio.gather(*(call(number) for number in range(20)))
    assert served == list(range(20))


async def test_gives_up_at_once_when_the_turn_comes_too_late() -> None:
    clock = FakeClock()
    bucket = Bucket(Allowance(burst=1, per_second=0.1), clock)
    await bucket.take(deadline=NEVER)
    with pytest.raises(OutOfTime) as late:
        await bucket.take(deadline=clock.monotonic() + 5)
    assert late.value.seconds == pytest.approx(10)
    assert clock.sleeps == []
    await bucket.take(deadline=clock.monotonic() + 11)


async def test_who_gives_up_leaves_the_queue() -> None:
    clock = FakeClock()
    bucket = Bucket(Allowance(burst=1, per_second=1), clock)
    await bucket.take(deadline=NEVER)
    waiting = asyncio.create_task(bucket.take(deadline=NEVER))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await clock.sleep(1)
    assert bucket.spare() == pytest.approx(1)


async def test_a_pause_holds_for_everybody_and_ends_in_a_short_burst() -> None:
    clock = FakeClock()
    bucket = Bucket(Allowance(burst=2, per_second=1), clock)
    bucket.pause(30)
    assert bucket.spare() == 0
    await bucket.take(deadline=NEVER)
    assert clock.monotonic() == 30
    await asyncio.gather(*(bucket.take(deadline=NEVER) for _ in range(3)))
    assert clock.monotonic() == 32


async def test_a_short_pause_costs_no_more_than_itself() -> None:
    clock = FakeClock()
    bucket = Bucket(TIER2, clock)
    bucket.pause(1)
    await bucket.take(deadline=2)
    assert clock.monotonic() == pytest.approx(1)


async def test_channels_and_methods_do_not_wait_for_each_other() -> None:
    clock = FakeClock()
    budgets = Budgets(clock)
    for _ in range(3):
        for bucket in budgets.needed("chat.postMessage", "C1"):
            await bucket.take(deadline=NEVER)
    assert budgets.channel("C1").spare() == 0
    assert budgets.channel("C2").spare() == CHANNEL.burst
    budgets.method("chat.update").pause(60)
    assert budgets.method("views.open").spare() == TIER4.burst
    assert budgets.method("chat.postMessage").spare() == WORKSPACE.burst - 3


async def test_an_unknown_method_is_called_as_rarely_as_a_rare_one() -> None:
    assert Budgets(FakeClock()).method("pins.add").spare() == TIER2.burst


async def test_channels_that_are_quiet_again_take_no_room() -> None:
    clock = FakeClock()
    budgets = Budgets(clock)
    await budgets.channel("C-busy").take(deadline=NEVER)
    for number in range(1200):
        budgets.channel(f"C{number}")
    assert len(budgets._channels) <= 501
    assert budgets.channel("C-busy").spare() == CHANNEL.burst - 1
