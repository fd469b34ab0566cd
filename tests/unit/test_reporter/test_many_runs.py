"""Twenty runs at once in one channel, with the budgets that Slack allows: nobody waits long for an end."""

import random
from collections.abc import Sequence

from bot.outbox.budgets import POST, UPDATE
from provisioning.domain.run import RunState
from tests.fakes.world import World
from tests.unit.test_reporter.newsroom import STEPS, Course, Newsroom, block_text

AT_ONCE = 20


async def start(news: Newsroom) -> list[Course]:
    for method in (POST, UPDATE):
        news.world.wire.pace[method] = 0.1
    courses = [await news.ask(f"tenant-{number}") for number in range(AT_ONCE)]
    for course in courses:
        await course.begin()
    return courses


def shown_after(news: Newsroom, course: Course) -> float:
    """Seconds from a run's end to the first version of its root that shows it."""
    run = news.world.records.run(course.run_id)
    assert run.finished_at is not None
    ended = news.world.clock.monotonic() - (news.world.clock.now() - run.finished_at).total_seconds()
    versions = [
        version for root in news.slack.roots for version in root.versions if _is_of(version[1], course)
    ]
    return min(at for at, text, _ in versions if "succeeded" in text) - ended


def calls_for(news: Newsroom, course: Course) -> int:
    (root,) = (root for root in news.slack.roots if _is_of(root.text, course))
    return len(root.versions) + len(news.slack.thread(root))


def _is_of(text: str, course: Course) -> bool:
    run = course.world.records.run(course.run_id)
    return f"{run.subdomain}.taskifai.test" in text


def check(news: Newsroom, courses: Sequence[Course]) -> None:
    assert len(news.slack.roots) == AT_ONCE
    assert max(shown_after(news, course) for course in courses) <= 5
    assert max(calls_for(news, course) for course in courses) <= 25
    for root in news.slack.roots:
        told = "\n".join(block_text(block) for one in news.slack.thread(root) for block in one.blocks)
        assert [told.count(f"Step {step} of 8") for step in STEPS] == [1] * 8
        assert told.count("is verified") == 1


async def test_twenty_runs_of_minutes_are_told_within_the_limits() -> None:
    news = Newsroom(World())
    courses = await start(news)
    luck = random.Random(0)
    due = {course.run_id: luck.uniform(1, 20) for course in courses}
    at = dict.fromkeys(due, 1)
    open_courses = list(courses)
    while open_courses:
        for course in [one for one in open_courses if news.world.clock.monotonic() >= due[one.run_id]]:
            step = at[course.run_id]
            if step > max(STEPS):
                await course.succeed()
                open_courses.remove(course)
                continue
            await course.do(step)
            at[course.run_id] = step + 1
            due[course.run_id] += luck.uniform(1, 30)
        await news.look()
    await news.look(seconds=60)
    check(news, courses)
    assert await news.untold() == []


async def test_twenty_runs_that_end_in_the_same_moment_are_shown_at_once() -> None:
    """The edits in between leave enough for all ends."""
    news = Newsroom(World())
    courses = await start(news)
    await news.look(seconds=60)
    for step in STEPS:
        for course in courses:
            await course.do(step)
        await news.look(seconds=20)
    for course in courses:
        await course.succeed()
    await news.look(seconds=60)
    check(news, courses)
    assert await news.untold() == []


async def test_runs_that_end_one_after_the_other_within_seconds_are_shown_in_turn() -> None:
    """The last ones begin to be told when they are over: their first message is their end."""
    news = Newsroom(World())
    courses = await start(news)
    for course in courses:
        for step in STEPS:
            await course.do(step)
        await course.succeed()
        await news.look(seconds=1.2)
    await news.look(seconds=60)
    check(news, courses)
    assert await news.untold() == []


async def test_a_run_that_waits_is_shown_at_once_whoever_else_is_busy() -> None:
    news = Newsroom(World())
    courses = await start(news)
    await news.look(seconds=60)
    for step in (1, 2, 3):
        for course in courses:
            await course.do(step)
        await news.look(seconds=5)
    for course in courses[::2]:
        await course.stop_in(4)
    await news.look(seconds=2)
    waiting = [root for root in news.slack.roots if "waiting" in root.text]
    assert len(waiting) == len(courses[::2])
    assert all(news.world.records.run(course.run_id).state is RunState.WAITING for course in courses[::2])
