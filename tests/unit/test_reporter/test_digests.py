"""The digest in its channel: one for each tick, whatever ticks, crashes, restarts and refuses."""

from bot.outbox.errors import SlackAway
from bot.reporter.reporter import Reporter
from provisioning.domain.digest import Digest, DigestState
from provisioning.domain.schedule import NEVER, parse_schedule
from tests.fakes.fleet import add_tenant
from tests.fakes.slack import UPLOAD
from tests.fakes.wire import Killed
from tests.fakes.world import OPERATOR, World, world_with
from tests.unit.test_reporter.newsroom import OFFICE, Newsroom

HOURLY = parse_schedule("digest", "0 * * * *", "UTC")
HOUR = 3600.0


async def _drawn(digest: Digest) -> bytes | None:
    return b"\x89PNG fake" if digest.facts.total else None


class DigestRoom(Newsroom):
    """One in which pictures are drawn."""

    def new_reporter(self) -> Reporter:
        return Reporter(self.world.control, self.slack, clock=self.world.clock, office=OFFICE, picture=_drawn)

    async def tick(self) -> bool:
        return await self.world.control.schedules.tick(HOURLY)


async def test_three_clocks_tick_and_one_digest_appears() -> None:
    room = DigestRoom(World())
    await room.world.clock.sleep(HOUR)
    assert [await room.tick() for _ in range(3)] == [True, False, False]
    await room.look(seconds=5)

    assert room.root.channel == OFFICE.digest_channel
    assert room.root.text == "Digest: 0 tenants"
    assert not await room.reporter.look()


async def test_of_ten_ticks_that_nobody_made_one_is_made_up() -> None:
    room = DigestRoom(World())
    await room.world.clock.sleep(10 * HOUR)
    assert [await room.tick() for _ in range(3)] == [True, False, False]
    await room.look(seconds=5)
    assert len(room.slack.roots) == 1


async def test_nothing_is_made_up_from_before_there_was_an_installation() -> None:
    room = DigestRoom(World())
    await room.world.clock.sleep(HOUR / 2)
    assert not await room.tick()


async def test_a_schedule_that_is_off_never_ticks() -> None:
    room = DigestRoom(World())
    await room.world.clock.sleep(100 * HOUR)
    assert not await room.world.control.schedules.tick(parse_schedule("digest", NEVER, "UTC"))


async def test_while_slack_is_away_the_newest_digest_stands_for_all() -> None:
    room = DigestRoom(World())
    await add_tenant(room.world, "alpha")
    for _ in range(3):
        await room.world.clock.sleep(HOUR)
        assert await room.tick()
    await room.look(seconds=5)
    assert "1 new" in room.root.said


async def test_tells_its_news_once() -> None:
    room = DigestRoom(World())
    await add_tenant(room.world, "alpha")
    await room.world.clock.sleep(HOUR)
    await room.tick()
    await room.look(seconds=5)
    await room.world.clock.sleep(HOUR)
    await room.tick()
    await room.look(seconds=5)
    first, second = room.slack.roots
    assert "1 new" in first.said
    assert "None new" in second.said


async def test_keeps_quiet_without_news_where_that_is_wanted() -> None:
    room = DigestRoom(world_with(digest_quiet=True))
    await add_tenant(room.world, "alpha")
    for _ in range(3):
        await room.world.clock.sleep(HOUR)
        assert await room.tick()
        await room.look(seconds=5)
    assert len(room.slack.roots) == 1
    await add_tenant(room.world, "bravo")
    await room.world.clock.sleep(HOUR)
    await room.tick()
    await room.look(seconds=5)
    assert len(room.slack.roots) == 2
    states = [row.state for row in room.world.records.tables.digests.values()]
    assert states == [DigestState.POSTED, DigestState.QUIET, DigestState.QUIET, DigestState.POSTED]


async def test_shows_its_picture_once_slack_can() -> None:
    room = DigestRoom(World())
    await add_tenant(room.world, "alpha")
    await room.world.control.digests.send(OPERATOR)
    await room.look(seconds=5)
    assert "image" in room.root.kinds
    assert len(room.slack.files) == 1


async def test_goes_without_a_picture_that_slack_does_not_take() -> None:
    room = DigestRoom(World())
    room.slack.takes_files = False
    await add_tenant(room.world, "alpha")
    await room.world.control.digests.send(OPERATOR)
    await room.look(seconds=5)
    assert "image" not in room.root.kinds


async def test_is_not_held_up_for_ever_by_uploads_that_fail() -> None:
    room = DigestRoom(World())
    await add_tenant(room.world, "alpha")
    await room.world.control.digests.send(OPERATOR)
    room.world.wire.fail(UPLOAD, SlackAway(UPLOAD, "unreachable", "Slack can't be reached."), times=1000)
    await room.look(seconds=60)
    assert room.slack.roots == []
    await room.look(seconds=60)
    assert "image" not in room.root.kinds


async def test_goes_without_its_picture_where_slack_never_shows_it() -> None:
    room = DigestRoom(World())
    room.slack.refused_kinds = {"image"}
    await add_tenant(room.world, "alpha")
    await room.world.control.digests.send(OPERATOR)
    await room.look(seconds=200)
    assert "image" not in room.root.kinds
    assert "alpha" in room.root.said


async def test_killed_after_any_effect_it_appears_once() -> None:
    problems = {}
    effects = await _posted(DigestRoom(World()))
    assert len(effects) > 5
    for number, name in enumerate(effects, start=1):
        room = DigestRoom(World())
        await _posted(room, cut_after=number)
        if len(room.slack.roots) != 1 or await room.reporter.look():
            problems[f"killed after {number}, {name}"] = len(room.slack.roots)
    assert problems == {}


async def _posted(room: DigestRoom, *, cut_after: int | None = None) -> list[str]:
    await add_tenant(room.world, "alpha")
    await room.world.clock.sleep(HOUR)
    before = len(room.world.wire.calls)
    if cut_after is not None:
        room.world.wire.cut_after(cut_after)
    for _ in range(40):
        try:
            await room.tick()
            await room.reporter.look()
        except Killed:
            room.world.wire.reconnect()
            room.reporter = room.new_reporter()
        await room.world.clock.sleep(0.25)
    return room.world.wire.calls[before:]


async def test_a_channel_that_is_closed_does_not_stop_the_threads_of_runs() -> None:
    room = DigestRoom(World())
    room.slack.closed_channels = {OFFICE.digest_channel: "is_archived"}
    await room.world.control.digests.send(OPERATOR)
    await room.ask()
    await room.look(seconds=5)
    assert room.root.channel == OFFICE.channel
