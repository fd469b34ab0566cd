"""One run from its request to its end, as people see it in the channel."""

from itertools import pairwise

from bot.blocks.ids import RUN_RETRY, RUN_ROLLBACK
from bot.outbox.budgets import POST, UPDATE
from provisioning.domain.run import RunState
from tests.fakes.world import OPERATOR, RAW_REQUEST
from tests.unit.test_reporter.newsroom import CHANNEL, ORIGIN, STEPS, Newsroom


async def test_shows_a_run_from_its_request_to_its_checklist(news: Newsroom) -> None:
    course = await news.ask()
    await news.look()
    assert news.root.channel == CHANNEL
    assert f"<@{ORIGIN['user']}>" in news.root.text
    assert "queued" in news.root.text
    await course.begin()
    for step in STEPS:
        await course.do(step)
        await news.look(seconds=3)
    await course.succeed()
    await news.look()

    assert news.problem() is None
    assert news.slack.thread(news.root)[-1].kinds == ["table", "section"]
    assert "frontend" in news.slack.thread(news.root)[-1].said


async def test_what_is_told_to_the_end_is_noted_and_never_asked_for_again(news: Newsroom) -> None:
    course = await news.ask()
    await course.go_through()
    await news.look(seconds=3)

    assert await news.untold() == []
    assert news.world.records.tables.runs[course.run_id]["report"]["ended"]
    calls = len(news.slack.calls)
    await news.look(seconds=60)
    assert len(news.slack.calls) == calls
    assert not await news.reporter.look()


async def test_a_run_that_was_asked_for_elsewhere_is_not_told_here(news: Newsroom) -> None:
    await news.world.control.requests.provision(OPERATOR, RAW_REQUEST)
    await news.look(seconds=2)
    assert news.slack.messages == []


async def test_a_run_that_ends_before_its_first_message_needs_two(news: Newsroom) -> None:
    course = await news.ask()
    await course.go_through()
    await news.look(seconds=3)

    assert news.problem() is None
    assert (news.slack.count(POST), news.slack.count(UPDATE)) == (2, 0)


async def test_progress_is_gathered_in_few_calls(news: Newsroom) -> None:
    """A hundred changes in a minute are not a hundred calls."""
    course = await news.ask()
    await course.begin()
    await news.look()
    for number in range(100):
        if number % 20 == 0:
            await course.start(1 + number // 20)
        async with news.world.records.transaction() as tx:
            await tx.runs.note(course.run_id, "claim", 1 + number // 20, f"looked {number} times")
        if number % 20 == 19:
            await course.end(1 + number // 20)
        await news.look(seconds=0.5)

    assert news.slack.count(UPDATE) <= 10
    assert news.slack.count(POST) == 1 + 5
    changed = [at for at, _, _ in news.root.versions]
    assert all(later - earlier >= 2 for earlier, later in pairwise(changed))


async def test_steps_that_end_together_share_a_message(news: Newsroom) -> None:
    course = await news.ask()
    await course.begin()
    await news.look()
    for step in (1, 2, 3):
        await course.do(step)
    await news.look(seconds=2)

    (lines,) = news.slack.thread(news.root)
    assert lines.text.count("\n") == 2


async def test_a_run_that_waits_is_shown_at_once_with_its_buttons(news: Newsroom) -> None:
    course = await news.ask()
    await course.begin()
    await news.look(seconds=3)
    await course.stop_in(3, "A table is missing.")
    await news.look()

    assert "waiting" in news.root.text
    assert RUN_RETRY in news.root.said
    assert RUN_ROLLBACK in news.root.said
    assert "A table is missing." in news.told()


async def test_a_run_that_was_retried_loses_its_buttons_at_once(news: Newsroom) -> None:
    course = await news.ask()
    await course.begin()
    await course.stop_in(3)
    await news.look(seconds=3)
    await course.retry()
    await news.look()

    assert RUN_RETRY not in news.root.said
    assert RUN_ROLLBACK not in news.root.said
    await news.look(seconds=2)
    assert "Retried" in news.told()


async def test_waiting_is_not_the_end_of_the_story(news: Newsroom) -> None:
    course = await news.ask()
    await course.begin()
    await course.stop_in(1)
    await news.look(seconds=100)
    assert [one.run.state for one in await news.untold()] == [RunState.WAITING]
    await course.retry()
    await course.go_through()
    await news.look(seconds=3)
    assert "succeeded" in news.root.text
    assert await news.untold() == []


async def test_says_that_no_worker_is_there(news: Newsroom) -> None:
    await news.ask()
    await news.look()
    news.world.has_worker = False
    await news.look(seconds=3)
    assert "No worker is running" in news.root.said
    news.world.has_worker = True
    await news.look(seconds=5)
    assert "No worker is running" not in news.root.said
