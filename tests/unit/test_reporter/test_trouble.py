"""What can go wrong between a run and its thread: lost answers, lost messages, refused blocks, outages."""

import asyncio

import pytest

from bot.outbox.budgets import POST, UPDATE
from bot.outbox.errors import SlackAway, SlackRefused, SlackUnclear
from provisioning.errors import Transient
from tests.fakes.slack import FIND
from tests.fakes.wire import COMMIT, TRANSACTION
from tests.fakes.world import OPERATOR
from tests.unit.test_reporter.newsroom import CHANNEL, Newsroom

LOST = SlackUnclear(POST, "no_answer", "Whether it took effect is not known.")
AWAY = SlackAway(FIND, "unreachable", "Slack can't be reached.")
GONE = Transient("The registry's database does not answer.", code="database_unreachable")


async def follow(news: Newsroom, *, seconds: float = 20) -> str | None:
    """Follow one run to its end, and say what is wrong with what people see of it."""
    course = await news.ask()
    await news.look()
    await course.begin()
    for step in range(1, 5):
        await course.do(step)
    await news.look(seconds=2)
    for step in range(5, 9):
        await course.do(step)
    await course.succeed()
    await news.look(seconds)
    return news.problem() or ("not done" if await news.untold() else None)


@pytest.mark.parametrize("after_effect", [False, True])
@pytest.mark.parametrize("which", range(3))
async def test_an_answer_that_is_lost_never_makes_a_second_message(
    news: Newsroom, which: int, *, after_effect: bool
) -> None:
    """The root, the lines of some steps, the end."""

    async def lose() -> None:
        news.world.wire.fail(POST, LOST, after_effect=after_effect)

    for number in range(which + 1):
        news.world.wire.once_before(POST, lose if number == which else _nothing)
    assert await follow(news) is None
    assert news.slack.count(FIND) == 1


async def _nothing() -> None:
    pass


@pytest.mark.parametrize("after_effect", [False, True])
async def test_posts_nothing_while_it_can_not_look_for_what_may_be_there(
    news: Newsroom, *, after_effect: bool
) -> None:
    news.world.wire.fail(POST, LOST, after_effect=after_effect)
    news.world.wire.fail(FIND, AWAY, times=5)
    assert await follow(news) is None


async def test_what_certainly_was_not_posted_is_not_looked_for(news: Newsroom) -> None:
    news.world.wire.fail(POST, SlackAway(POST, "ratelimited", "Later."), times=2)
    assert await follow(news) is None
    assert news.slack.count(FIND) == 0


async def test_a_change_that_failed_is_made_later(news: Newsroom) -> None:
    news.world.wire.fail(UPDATE, SlackAway(UPDATE, "server_error", "Later."), times=3)
    assert await follow(news) is None


async def test_a_root_that_was_deleted_is_replaced(news: Newsroom) -> None:
    course = await news.ask()
    await news.look()
    await course.begin()
    news.slack.delete(news.root)
    await news.look(seconds=5)
    assert "running" in news.root.text
    await course.do(1)
    await course.succeed()
    await news.look(seconds=5)
    assert "succeeded" in news.root.text
    assert "Step 1 of 8" in news.told()
    assert await news.untold() == []


async def test_a_root_that_is_deleted_again_and_again_is_given_up(news: Newsroom) -> None:
    course = await news.ask()
    await course.begin()
    for number in range(40):
        async with news.world.records.transaction() as tx:
            await tx.runs.start_attempt(course.run_id, "claim", 1 + number % 8)
        for root in news.slack.roots:
            news.slack.delete(root)
        await news.look(seconds=30)
    assert news.slack.count(POST) == 5
    await course.succeed()
    await news.look(seconds=5)
    assert await news.untold() == []


async def test_a_root_that_is_locked_is_replaced(news: Newsroom) -> None:
    course = await news.ask()
    await news.look()
    news.slack.locked.add(news.root.ts)
    await course.go_through()
    await news.look(seconds=5)
    old, new = news.slack.roots
    assert "succeeded" in new.text
    assert news.slack.thread(old) == []
    assert "is verified" in news.slack.thread(new)[-1].text
    assert await news.untold() == []


async def test_a_root_that_is_lost_after_the_end_was_told_is_replaced_too(news: Newsroom) -> None:
    course = await news.ask()
    await news.look()
    news.world.wire.fail(UPDATE, AWAY)
    await course.go_through()
    await news.reporter.look()
    assert "is verified" in news.told()
    news.slack.locked.add(news.root.ts)
    await news.look(seconds=5)
    assert "succeeded" in news.slack.roots[-1].text
    assert await news.untold() == []


async def test_a_thread_that_is_gone_while_lines_are_looked_for_in_it_goes_on(news: Newsroom) -> None:
    course = await news.ask()
    await news.look()
    await course.begin()
    await course.do(1)
    news.world.wire.fail(POST, LOST)
    await news.look()
    news.slack.delete(news.root)
    await news.look(seconds=5)
    assert "Step 1 of 8" in news.told()
    assert "running" in news.root.text


async def test_where_plans_are_refused_steps_are_lines(news: Newsroom) -> None:
    news.slack.refused_kinds = {"plan", "table"}
    assert await follow(news) is None
    assert "plan" not in news.root.kinds
    assert "8. Verify" in news.root.said
    assert "frontend" in news.told()


async def test_where_all_blocks_are_refused_text_remains(news: Newsroom) -> None:
    news.slack.refused_kinds = {"plan", "table", "section"}
    course = await news.ask()
    await news.look()
    await course.go_through()
    await news.look(seconds=5)
    assert "succeeded" in news.root.text
    assert news.root.blocks == []
    assert "is verified" in news.slack.thread(news.root)[-1].text


@pytest.mark.parametrize("name", [TRANSACTION, COMMIT])
async def test_goes_on_when_the_registry_is_back(news: Newsroom, name: str) -> None:
    course = await news.ask()
    work = asyncio.create_task(news.reporter.run())
    for _ in range(3):
        news.world.wire.fail(name, GONE, times=3)
        await _until(news, seconds=10)
    await course.go_through()
    news.world.wire.fail(name, GONE, after_effect=name == COMMIT, times=3)
    await _until(news, seconds=60)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    assert news.problem() is None
    assert await news.untold() == []


async def _until(news: Newsroom, *, seconds: float) -> None:
    """Let the reporter, which is the only one that sleeps, work for so long."""
    end = news.world.clock.monotonic() + seconds
    while news.world.clock.monotonic() < end:
        await asyncio.sleep(0)


async def test_a_channel_that_refuses_is_left_alone_for_a_while_and_tried_again(news: Newsroom) -> None:
    news.slack.closed_channels[CHANNEL] = "not_in_channel"
    course = await news.ask()
    await news.look(seconds=29)
    assert len(news.slack.calls) == 1
    await news.look(seconds=60)
    assert len(news.slack.calls) == 3
    del news.slack.closed_channels[CHANNEL]
    await course.go_through()
    await news.look(seconds=40)
    assert news.problem() is None


async def test_one_message_that_is_refused_does_not_hold_up_the_others(news: Newsroom) -> None:
    await news.ask("first")
    await news.look()
    news.world.wire.fail(UPDATE, SlackRefused(UPDATE, "msg_too_long", "Too long."))
    first, second = (await news.untold())[0].run, await news.ask("second")
    await news.world.control.runs.cancel(OPERATOR, first.run_id)
    await news.look()
    await second.go_through()
    await news.look(seconds=3)
    assert "succeeded" in news.slack.roots[1].text
    assert "queued" in news.slack.roots[0].text
    await news.look(seconds=40)
    assert "cancelled" in news.slack.roots[0].text


async def test_one_run_that_can_not_be_drawn_does_not_hold_up_the_others(news: Newsroom) -> None:
    broken = await news.ask("broken")
    row = news.world.records.tables.runs[broken.run_id]
    news.world.records.tables.runs[broken.run_id] = {**row, "kind": "unheard-of"}
    course = await news.ask()
    await course.go_through()
    await news.look(seconds=5)
    assert news.problem() is None


async def test_notes_of_a_newer_version_are_read(news: Newsroom) -> None:
    course = await news.ask()
    await news.look()
    async with news.world.records.transaction() as tx:
        notes = news.world.records.tables.runs[course.run_id]["report"]
        await tx.reports.save(course.run_id, {**notes, "colour": "green"}, done=False)
    await course.go_through()
    await news.look(seconds=5)
    assert news.problem() is None


async def test_lines_that_are_found_again_are_not_told_again_with_the_end(news: Newsroom) -> None:
    course = await news.ask()
    await news.look()
    await course.begin()
    for step in range(1, 9):
        await course.do(step)
    news.world.wire.fail(POST, LOST, after_effect=True)
    await news.look()
    await course.succeed()
    await news.look(seconds=5)
    assert news.problem() is None
