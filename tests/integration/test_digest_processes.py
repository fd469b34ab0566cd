"""Three processes over one PostgreSQL: their clocks tick at the same moment, and one digest is kept."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from provisioning.control_plane import ControlPlane
from provisioning.domain.digest import DigestState
from provisioning.domain.schedule import parse_schedule
from sandbox.postgres import PostgresServer
from tests.fakes.clock import FakeClock
from tests.fakes.world import World, build_desk
from tests.integration.test_registry_contract.books import PostgresBooks, make_template, postgres_books

EVERY_MINUTE = parse_schedule("digest", "* * * * *", "Europe/Berlin")


class _SetClock(FakeClock):
    """Shows the time that the test says."""

    def __init__(self) -> None:
        super().__init__()
        self.time = datetime.now(UTC)

    def now(self) -> datetime:
        return self.time


@pytest.fixture
async def books(postgres_server: PostgresServer) -> AsyncIterator[PostgresBooks]:
    async with postgres_books(postgres_server, await make_template(postgres_server)) as made:
        yield made


def _process(books: PostgresBooks, clock: FakeClock) -> ControlPlane:
    world = World()
    ports = replace(world.ports, registry=books.registry)
    return ControlPlane.at(replace(build_desk(world), registry=books.registry, ports=ports, clock=clock))


async def test_three_workers_tick_and_one_digest_is_kept(books: PostgresBooks) -> None:
    clock = _SetClock()
    processes = [_process(books, clock) for _ in range(3)]
    for minutes in (1, 1, 10):  # the last time all of them were down for a while
        clock.time += timedelta(minutes=minutes)
        acted = await asyncio.gather(*(one.schedules.tick(EVERY_MINUTE) for one in processes))
        assert sorted(acted) == [False, False, True]
    pending = await processes[0].digests.pending()
    assert [row.due_at for row in pending] == [clock.time.replace(second=0, microsecond=0)]
    assert pending[0].state is DigestState.PENDING
