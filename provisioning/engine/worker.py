"""A worker: holds a lease, runs the engine under it, and takes over from workers that are gone."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

import structlog

from provisioning.domain.actor import ENGINE
from provisioning.domain.run import RunError, RunState, WaitingFor
from provisioning.engine.dbos_engine import Engine, RunsLegs
from provisioning.engine.lease import CANNOT_ASK, GRACE_SECONDS, Lease, new_executor_id
from provisioning.engine.names import leg_id
from provisioning.engine.runner import ending_entry
from provisioning.ports import Clock
from provisioning.registry import LegEnd, Registry

log = structlog.get_logger(__name__)

_RECONNECT_SECONDS = 1.0


@dataclass(frozen=True)
class Worker:
    """Executes legs until it is told to stop. A worker that lost its lease restarts its engine under a new name."""

    database_url: str
    engine: Engine
    runner: RunsLegs
    registry: Registry
    clock: Clock

    async def run(
        self, stop: asyncio.Event, *, drain_seconds: int, ready: asyncio.Event | None = None
    ) -> None:
        """`ready` is set as long as runs are executed here, and clear while the lease is lost."""
        while not stop.is_set():
            lease = Lease(self.database_url, new_executor_id(), self.clock)
            try:
                await lease.acquire()
            except CANNOT_ASK as fault:
                log.warning("database unreachable, worker waits", reason=str(fault) or type(fault).__name__)
                await _first(stop, self.clock.sleep(_RECONNECT_SECONDS))
                continue
            await self._work_under(lease, stop, drain_seconds, ready)

    async def _work_under(
        self, lease: Lease, stop: asyncio.Event, drain_seconds: int, ready: asyncio.Event | None
    ) -> None:
        await self.engine.launch(lease.executor_id, self.runner)
        log.info("worker started", executor=lease.executor_id)
        await self._take_over(lease, grace=0)
        if ready is not None:
            ready.set()
        await _first(stop, lease.hold(lambda: self._sweep(lease)))
        if ready is not None:
            ready.clear()
        log.info(
            "worker stops" if stop.is_set() else "lease lost, engine restarts", executor=lease.executor_id
        )
        await self.engine.stop(drain_seconds=drain_seconds if stop.is_set() else 0)
        await lease.release()

    async def _sweep(self, lease: Lease) -> None:
        await self._take_over(lease, grace=GRACE_SECONDS)
        await self._list_strays()

    async def _take_over(self, lease: Lease, *, grace: float) -> None:
        work = await self.engine.executors_with_work()
        for executor in await lease.dead_among(work, grace=grace):
            log.warning("taking over from a worker that is gone", executor=executor, legs=len(work[executor]))
            await self.engine.resume(work[executor])

    async def _list_strays(self) -> None:
        """A run whose leg the engine has given up must not look as if it were running: it waits for its requester."""
        async with self.registry.transaction() as tx:
            running = {
                leg_id(run.run_id, run.leg): run
                for run in await tx.runs.list(states=[RunState.RUNNING], limit=500)
            }
        for stray in await self.engine.ended_among(list(running)):
            async with self.registry.transaction() as tx:
                run = await tx.runs.lock(running[stray].run_id)
                if run.state is not RunState.RUNNING or run.leg != running[stray].leg:
                    continue
                error = RunError("engine", "The engine gave this run up; the log has the details.")
                end = LegEnd(RunState.WAITING, WaitingFor(run.requested_by, "Retry it."), error)
                await tx.runs.finish(run.run_id, end)
                await tx.audit.append(ENGINE, ending_entry(run.run_id, run.kind, run.subdomain, end))
                log.error("run was given up by the engine", run_id=run.run_id, tenant=run.subdomain)


async def _first(stop: asyncio.Event, other: Coroutine[Any, Any, None]) -> None:
    """Wait until `stop` is set or `other` is done, whichever comes first."""
    tasks = [asyncio.create_task(_until_set(stop)), asyncio.create_task(other)]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _until_set(event: asyncio.Event) -> None:
    await event.wait()
