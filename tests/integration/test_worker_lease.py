"""A worker at a server that does not take connections just now: it waits, and neither ends nor fails."""

import asyncio

from provisioning.adapters.fernet_vault import new_key
from provisioning.engine.dbos_engine import Engine
from provisioning.engine.worker import Worker
from sandbox.ports import choose_port
from tests.fakes.clock import FakeClock
from tests.fakes.world import World
from tests.integration.test_registry_contract.test_retention import NoRunner

_SHUTTING_DOWN = b"SFATAL\0VFATAL\0C57P03\0Mthe database system is shutting down\0\0"


class Impatient(FakeClock):
    """Asks the worker to stop when it has waited often enough."""

    def __init__(self, stop: asyncio.Event, *, after: int) -> None:
        super().__init__()
        self._stop = stop
        self._after = after

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds)
        if len(self.sleeps) >= self._after:
            self._stop.set()


async def _refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Say what PostgreSQL says while it goes down, whatever is asked."""
    await reader.read(1024)
    writer.write(b"E" + (len(_SHUTTING_DOWN) + 4).to_bytes(4) + _SHUTTING_DOWN)
    await writer.drain()
    writer.close()


async def test_a_worker_waits_while_the_server_shuts_down() -> None:
    port, stop = choose_port(), asyncio.Event()
    dsn = f"postgresql://nobody@127.0.0.1:{port}/registry?sslmode=disable"
    clock = Impatient(stop, after=3)
    worker = Worker(dsn, Engine(dsn, [new_key()]), NoRunner(), World().records, clock)

    async with await asyncio.start_server(_refuse, "127.0.0.1", port):
        await worker.run(stop, drain_seconds=0)

    assert len(clock.sleeps) == 3
