"""The process ends anywhere between two calls, another one goes on: one root, each step told once, all told."""

from tests.fakes.wire import Killed
from tests.fakes.world import World
from tests.unit.test_reporter.newsroom import STEPS, Newsroom


async def test_killed_after_any_effect_it_tells_everything_once() -> None:
    problems = {}
    effects = await _followed(Newsroom(World()))
    assert len(effects) > 30
    for number, name in enumerate(effects, start=1):
        news = Newsroom(World())
        await _followed(news, cut_after=number)
        problem = news.problem() or ("not done" if await news.untold() else None)
        if problem:
            problems[f"killed after {number}, {name}"] = problem
    assert problems == {}


async def test_killed_after_every_effect_it_tells_everything_once() -> None:
    news = Newsroom(World())
    course = await news.ask()
    await course.go_through()
    for _ in range(60):
        news.world.wire.cut_after(3)  # it looks, and does one thing
        await _look(news)
    news.world.wire.reconnect()
    await news.look(seconds=5)
    assert news.problem() is None
    assert await news.untold() == []


async def _followed(news: Newsroom, *, cut_after: int | None = None) -> list[str]:
    """Follow one run in which something happens every second; return the effects of that."""
    course = await news.ask()
    before = len(news.world.wire.calls)
    if cut_after is not None:
        news.world.wire.cut_after(cut_after)
    await _look(news)
    await course.begin()
    for step in STEPS:
        await course.do(step)
        if step % 2 == 0:
            await _look(news, times=5)
    await course.succeed()
    await _look(news, times=12)
    return news.world.wire.calls[before:]


async def _look(news: Newsroom, *, times: int = 1) -> None:
    for _ in range(times):
        try:
            await news.reporter.look()
        except Killed:
            news.world.wire.reconnect()
            news.reporter = news.new_reporter()
        await news.world.clock.sleep(0.25)
