"""What is told unasked: once, in the ops channel; an alarm is kept up to date, and closed in sight of everybody."""

from dataclasses import replace

from bot.blocks.ids import DIAGNOSIS_LOCKDOWN
from provisioning.domain.round import How, Leak, Mood, Notice, NoticeId, NoticeKind
from tests.fakes.wire import Killed
from tests.fakes.world import World
from tests.unit.test_reporter.newsroom import OFFICE, Newsroom

LEAK = Leak("alpha", "bravo", How.FOREIGN_TOKEN, "A session of alpha is accepted at bravo.")


async def notify(news: Newsroom, kind: NoticeKind, *names: str, leaks: tuple[Leak, ...] = ()) -> Notice:
    moods = tuple(Mood(name, "1 check failed: login") for name in names)
    notice = Notice(NoticeId(f"{kind}-1"), kind, news.world.clock.now(), tenants=moods, leaks=leaks)
    async with news.world.records.transaction() as tx:
        await tx.notices.add(notice)
    return notice


async def change(news: Newsroom, notice: Notice) -> None:
    async with news.world.records.transaction() as tx:
        await tx.notices.change(notice)


async def test_whoever_turned_bad_is_told_once_with_the_ways_on(news: Newsroom) -> None:
    await notify(news, NoticeKind.UNWELL, "alpha")
    await news.look(seconds=5)
    assert news.root.channel == OFFICE.channel
    assert news.root.text == "❌ 1 tenant turned bad: alpha"
    assert "1 check failed: login" in news.root.said
    assert "diagnosis_again" in news.root.said
    assert not await news.reporter.look()


async def test_many_at_once_are_one_message(news: Newsroom) -> None:
    await notify(news, NoticeKind.UNWELL, *(f"tenant-{number}" for number in range(500)))
    await news.look(seconds=5)
    assert "500 tenants turned bad" in news.root.text
    assert "and 490 more" in news.root.said


async def test_an_alarm_addresses_the_approvers_and_offers_the_lockdown(news: Newsroom) -> None:
    await notify(news, NoticeKind.LEAK, leaks=(LEAK,))
    await news.look()
    assert "<@U0APPROVER1> <!subteam^S0APPROVERS>" in news.root.text
    assert LEAK.told in news.root.said
    assert DIAGNOSIS_LOCKDOWN in news.root.said


async def test_what_is_found_besides_is_added_to_the_alarm(news: Newsroom) -> None:
    notice = await notify(news, NoticeKind.LEAK, leaks=(LEAK,))
    await news.look(seconds=2)
    more = replace(LEAK, subdomain="carol", told="A session of carol is accepted at bravo.")
    await change(news, replace(notice, leaks=(LEAK, more)))
    await news.look(seconds=2)
    assert more.told in news.root.said
    assert not await news.reporter.look()


async def test_an_alarm_that_is_over_offers_no_lockdown(news: Newsroom) -> None:
    notice = await notify(news, NoticeKind.LEAK, leaks=(LEAK,))
    await news.look(seconds=2)
    await change(news, replace(notice, closed_at=news.world.clock.now()))
    await news.look(seconds=2)
    assert news.root.text == "Tenants are kept apart again"
    assert DIAGNOSIS_LOCKDOWN not in news.root.said


async def test_killed_after_any_effect_it_is_told_once() -> None:
    problems = {}
    effects = await _told(Newsroom(World()))
    for number, name in enumerate(effects, start=1):
        news = Newsroom(World())
        await _told(news, cut_after=number)
        if len(news.slack.roots) != 1 or await news.reporter.look():
            problems[f"killed after {number}, {name}"] = len(news.slack.roots)
    assert problems == {}


async def _told(news: Newsroom, *, cut_after: int | None = None) -> list[str]:
    await notify(news, NoticeKind.UNWELL, "alpha")
    before = len(news.world.wire.calls)
    if cut_after is not None:
        news.world.wire.cut_after(cut_after)
    for _ in range(20):
        try:
            await news.reporter.look()
        except Killed:
            news.world.wire.reconnect()
            news.reporter = news.new_reporter()
        await news.world.clock.sleep(0.25)
    return news.world.wire.calls[before:]


async def test_a_drift_is_told_kept_up_to_date_and_over_in_the_same_message(news: Newsroom) -> None:
    notice = await notify(news, NoticeKind.DRIFT, "alpha")
    await news.look(seconds=2)
    assert news.root.text == "⚠️ 1 tenant differs from the schema's version: alpha"
    assert "/tenant fleet drift alpha" in news.root.said
    await change(news, replace(notice, closed_at=news.world.clock.now()))
    await news.look(seconds=2)
    assert news.root.text == "Every tenant is like its version of the schema again"
    assert not await news.reporter.look()
