"""The digest in its channel: one for each tick, whatever ticks, crashes and restarts."""

from provisioning.domain.schedule import parse_schedule
from tests.unit.test_reporter.newsroom import OFFICE, Newsroom

HOURLY = parse_schedule("digest", "0 * * * *", "UTC")


async def test_three_clocks_tick_and_one_digest_appears(news: Newsroom) -> None:
    await news.world.clock.sleep(3600)
    acted = [await news.world.control.schedules.tick(HOURLY) for _ in range(3)]
    await news.look(seconds=5)

    assert acted == [True, False, False]
    (root,) = news.slack.roots
    assert root.channel == OFFICE.digest_channel
    assert root.text == "Digest: 0 tenants"
