"""Whoever can decide is reminded, at growing gaps, exactly once each, and never after the decision."""

from typing import Any

from provisioning.domain.approval import Approval
from provisioning.domain.run import RunKind, RunState, WaitingFor
from provisioning.registry import LegEnd
from tests.fakes.fleet import add_tenant
from tests.fakes.slack import Posted
from tests.fakes.wire import Killed
from tests.fakes.world import OPERATOR, World
from tests.unit.test_reporter.newsroom import ORIGIN, Course, Newsroom

HOUR = 3600.0
REQUESTER = f"<@{ORIGIN['user']}>"
OPERATORS, APPROVERS = "<!subteam^S0OPERATORS>", "<!subteam^S0APPROVERS>"


def reminders(news: Newsroom) -> list[str]:
    return [one.text for one in news.slack.messages if _is_one(one)]


def _is_one(message: Posted) -> bool:
    return "/reminder/" in message.key


async def pass_by(news: Newsroom, hours: float, *, looks: int = 8) -> None:
    """Let so much time go by, with a look now and then."""
    for _ in range(looks):
        await news.world.clock.sleep(hours * HOUR / looks)
        await news.reporter.look()


async def waiting_run(news: Newsroom, **origin: Any) -> Course:
    course = await news.ask()
    await course.begin()
    await news.look()
    await course.stop_in(3, "A table is missing.")
    await news.look(seconds=3)
    return course


async def question(news: Newsroom) -> Approval:
    await add_tenant(news.world, "alpha")
    return await news.world.control.approvals.request_deprovision(
        OPERATOR, "alpha", confirm="alpha", reason="They left.", origin=ORIGIN
    )


async def test_a_run_that_waits_reminds_at_growing_gaps(news: Newsroom) -> None:
    await waiting_run(news)
    counts = []
    for hours in (0.9, 0.2, 3.8, 0.3, 23.0, 1.2, 24.0):
        await pass_by(news, hours)
        counts.append(len(reminders(news)))
    assert counts == [0, 1, 1, 2, 2, 3, 4]
    assert all(REQUESTER in text and "A table is missing." in text for text in reminders(news))
    assert [OPERATORS in text for text in reminders(news)] == [False, False, True, True]


async def test_reminds_in_the_thread_of_the_run(news: Newsroom) -> None:
    await waiting_run(news)
    await pass_by(news, 1.1)
    (reminder,) = filter(_is_one, news.slack.messages)
    assert reminder.thread_ts == news.root.ts


async def test_after_the_decision_nobody_is_reminded(news: Newsroom) -> None:
    course = await waiting_run(news)
    await pass_by(news, 0.9)
    await course.retry()
    await pass_by(news, 48)
    assert reminders(news) == []


async def test_another_wait_is_reminded_of_from_its_own_beginning(news: Newsroom) -> None:
    course = await waiting_run(news)
    await pass_by(news, 1.1)
    await course.retry()
    await course.begin()
    await course.stop_in(3)
    await pass_by(news, 0.9)
    assert len(reminders(news)) == 1
    await pass_by(news, 0.2)
    assert len(reminders(news)) == 2


async def test_a_run_that_looks_again_by_itself_waits_since_it_began_to(news: Newsroom) -> None:
    course = await news.ask()
    await news.look()
    for _ in range(8):
        await course.begin()
        async with news.world.records.transaction() as tx:
            waits = WaitingFor(OPERATOR.label, "Add the record.", news.world.clock.now())
            await tx.runs.end_leg(course.run_id, "claim", LegEnd(RunState.WAITING, waits))
        await pass_by(news, 0.2, looks=1)
    assert len(reminders(news)) == 1


async def test_after_a_long_silence_one_reminder_stands_for_all(news: Newsroom) -> None:
    await waiting_run(news)
    await news.world.clock.sleep(100 * HOUR)
    await news.look(seconds=10)
    assert len(reminders(news)) == 1


async def test_approvers_are_reminded_of_a_question_and_its_asker_is_not(news: Newsroom) -> None:
    await question(news)
    await news.look()
    await pass_by(news, 6)
    assert len(reminders(news)) == 2
    assert all(APPROVERS in text and REQUESTER not in text for text in reminders(news))


async def test_of_an_answered_question_nobody_is_reminded(news: Newsroom) -> None:
    asked = await question(news)
    await news.look()
    await news.world.control.approvals.reject(OPERATOR, asked.approval_id, reason="They stay.")
    await pass_by(news, 48)
    assert reminders(news) == []


async def test_a_grace_period_reminds_nobody(news: Newsroom) -> None:
    course = await waiting_run(news)
    tables = news.world.records.tables
    tables.runs[course.run_id] = {**tables.runs[course.run_id], "kind": RunKind.DEPROVISION, "error": None}
    await pass_by(news, 48)
    assert reminders(news) == []


async def test_killed_after_any_effect_each_reminder_appears_once() -> None:
    problems = {}
    effects = await _reminded(Newsroom(World()))
    assert len(effects) > 10
    for number, name in enumerate(effects, start=1):
        news = Newsroom(World())
        await _reminded(news, cut_after=number)
        if len(reminders(news)) != 2:
            problems[f"killed after {number}, {name}"] = reminders(news)
    assert problems == {}


async def _reminded(news: Newsroom, *, cut_after: int | None = None) -> list[str]:
    """Six hours of waiting: two reminders."""
    await waiting_run(news)
    before = len(news.world.wire.calls)
    if cut_after is not None:
        news.world.wire.cut_after(cut_after)
    for _ in range(26):
        try:
            await news.reporter.look()
        except Killed:
            news.world.wire.reconnect()
            news.reporter = news.new_reporter()
        await news.world.clock.sleep(HOUR / 4)
    return news.world.wire.calls[before:]
