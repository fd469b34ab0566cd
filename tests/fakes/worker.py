"""A worker without an engine: executes the legs that were enqueued, one after the other."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from provisioning.domain.run import Run, RunEvent, RunId, RunState
from provisioning.engine.names import leg_id
from provisioning.engine.runner import Runner
from provisioning.pipelines import PIPELINES
from provisioning.provision.ports import ProvisionPorts
from provisioning.registry import LostClaim
from tests.fakes.checkpoints import MemoryCheckpoints
from tests.fakes.wire import Killed
from tests.fakes.world import OPERATOR, RAW_REQUEST, World


@dataclass
class FakeWorker:
    world: World
    checkpoints: dict[str, MemoryCheckpoints] = field(default_factory=dict)
    """By leg; they outlive every process."""
    done: set[str] = field(default_factory=set)

    async def provision(self, **fields: Any) -> Run:
        """Ask for a tenant, and work until its run ends or waits."""
        return await self.finish(await self.request(**fields))

    async def request(self, **fields: Any) -> RunId:
        started = await self.world.control.requests.provision(OPERATOR, {**RAW_REQUEST, **fields})
        return started.run.run_id

    async def finish(self, run_id: RunId) -> Run:
        """Execute what is due now, and return the run as it is then."""
        while (leg := self._next(run_id)) is not None and leg["at"] is None:
            await self._execute(leg["run_id"], leg["leg"])
        return self.run(run_id)

    async def work(self) -> None:
        """Execute every leg of every run whose time has come, as the engine does, and what comes of them."""
        while due := self.due():
            await self._execute(*due[0])

    def due(self) -> list[tuple[RunId, int]]:
        """The legs whose time has come and that were not executed to their end, void ones too; oldest first."""
        now = self.world.clock.now()
        return [
            (leg["run_id"], leg["leg"])
            for name, leg in self.world.records.tables.legs.items()
            if name not in self.done and (leg["at"] is None or leg["at"] <= now)
        ]

    async def look_again(self, run_id: RunId) -> Run:
        """Let the time pass until the run looks again by itself, and execute that."""
        leg = self._next(run_id)
        assert leg is not None, f"nothing is scheduled; the run is {self.run(run_id).state}"
        assert isinstance(leg["at"], datetime)
        self.world.clock.jump_to(leg["at"])
        await self._execute(leg["run_id"], leg["leg"])
        return self.run(run_id)

    async def retry(self, run_id: RunId) -> Run:
        await self.world.control.runs.retry(OPERATOR, run_id)
        return await self.finish(run_id)

    async def roll_back(self, run_id: RunId) -> Run:
        await self.world.control.runs.rollback(OPERATOR, run_id)
        return await self.finish(run_id)

    async def enter(self, run_id: RunId, leg: int = 1) -> str:
        """Enter one leg as a new process does, with the checkpoints that the ones before it left."""
        return await self.runner().run_leg(run_id, leg, self.checkpoints_of(run_id, leg))

    async def is_killed_in(self, run_id: RunId, leg: int = 1) -> bool:
        """Enter a leg, and tell whether the process ended in it; the next one is let through."""
        others = asyncio.all_tasks()
        try:
            await self.enter(run_id, leg)
        except Killed:
            return True
        finally:
            await _end(asyncio.all_tasks() - others)  # while the wire is cut: they end with their process
            self.world.wire.reconnect()
        return False

    def checkpoints_of(self, run_id: RunId, leg: int = 1) -> MemoryCheckpoints:
        return self.checkpoints.setdefault(leg_id(run_id, leg), MemoryCheckpoints())

    def runner(self) -> Runner[ProvisionPorts]:
        ports = self.world.ports
        return Runner(ports.registry, ports.vault, self.world.clock, ports, PIPELINES)

    def run(self, run_id: RunId) -> Run:
        """The run as it is committed."""
        return self.world.records.run(run_id)

    def events(self, run_id: RunId) -> list[RunEvent]:
        return self.world.records.events(run_id)

    async def _execute(self, run_id: RunId, leg: int) -> None:
        try:
            await self.enter(run_id, leg)
        except LostClaim:
            assert self.run(run_id).state is not RunState.RUNNING, "nobody executes the run any more"
        self.done.add(leg_id(run_id, leg))

    def _next(self, run_id: RunId) -> Any:
        """The leg that the run is at, where it is enqueued and was not executed yet."""
        name = leg_id(run_id, self.run(run_id).leg)
        return None if name in self.done else self.world.records.tables.legs.get(name)


async def _end(tasks: Collection[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
