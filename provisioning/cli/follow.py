"""Following a run to its end or its next wait, and executing it here while nobody else does."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial

from provisioning.bootstrap import System
from provisioning.cli.audit_heads import keeping_heads
from provisioning.cli.retention import forget_ended_legs
from provisioning.cli.timetable import ticking
from provisioning.control_plane.schedules import RETENTION
from provisioning.domain.actor import Actor
from provisioning.domain.run import Run, RunId, RunState
from provisioning.errors import Transient

_LOOK_SECONDS, _LONGEST_LOOK_SECONDS = 0.1, 1.0
_PATIENCE = 0.01
"""Of the time that a run has taken, the next look may wait for this part more."""
_WORKER_CHECK_SECONDS = 2.0
_DRAIN_SECONDS = 2
_CHORES_SECONDS = 5.0


async def follow(system: System, actor: Actor, run_id: RunId, show: Callable[[Run], None]) -> Run:
    """Show the run until it ends or waits. If no worker is alive, or the last one dies, this process becomes one."""
    began = time.monotonic()
    async with _worker_when_needed(system):
        while True:
            run = await _look(system, actor, run_id)
            _obey_interruption()
            if run is not None:
                show(run)
                if run.state not in {RunState.QUEUED, RunState.RUNNING}:
                    return run
            followed = time.monotonic() - began
            await asyncio.sleep(min(_LOOK_SECONDS + _PATIENCE * followed, _LONGEST_LOOK_SECONDS))


async def _look(system: System, actor: Actor, run_id: RunId) -> Run | None:
    try:
        run, _ = await system.control.views.run(actor, run_id)
    except Transient:
        return None
    return run


def _obey_interruption() -> None:
    """Ctrl-C cancels this task; a query that is cut off by it may report a broken connection instead."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


@asynccontextmanager
async def _worker_when_needed(system: System) -> AsyncIterator[None]:
    stop = asyncio.Event()
    watcher = asyncio.create_task(_watch(system, stop))
    try:
        yield
    finally:
        stop.set()
        await watcher


async def _watch(system: System, stop: asyncio.Event) -> None:
    while not stop.is_set():
        with suppress(Transient, OSError):
            if not await system.worker_alive():
                await run_worker(system, stop, drain_seconds=_DRAIN_SECONDS)
                return
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), _WORKER_CHECK_SECONDS)


async def run_worker(
    system: System, stop: asyncio.Event, *, drain_seconds: int, ready: asyncio.Event | None = None
) -> None:
    """Execute runs in this process until `stop` is set."""
    from provisioning.engine.dbos_engine import Engine  # noqa: PLC0415 - a second to import, and most commands don't need it
    from provisioning.engine.runner import Runner  # noqa: PLC0415
    from provisioning.engine.worker import Worker  # noqa: PLC0415
    from provisioning.pipelines import PIPELINES  # noqa: PLC0415

    database_url = system.settings.database_url.reveal()
    runner = Runner(
        registry=system.registry,
        vault=system.ports.vault,
        clock=system.clock,
        ports=system.ports,
        pipelines=PIPELINES,
    )
    worker = Worker(
        database_url=database_url,
        engine=Engine(database_url, system.settings.tenantbot_secret_keys),
        runner=runner,
        registry=system.registry,
        clock=system.clock,
    )
    working = ready or asyncio.Event()
    afterwards = {
        RETENTION: partial(
            forget_ended_legs,
            system.clock,
            system.settings.engine_retention,
            worker.engine.forget_ended,
            working,
        )
    }
    async with keeping_heads(system), ticking(system, afterwards):
        chores = asyncio.create_task(_do_chores(system))
        try:
            await worker.run(stop, drain_seconds=drain_seconds, ready=working)
        finally:
            chores.cancel()
            await asyncio.gather(chores, return_exceptions=True)


async def _do_chores(system: System) -> None:
    """What happens by the clock alone: questions that nobody has answered in time are closed."""
    while True:
        with suppress(Transient):
            await system.control.approvals.expire()
        await asyncio.sleep(_CHORES_SECONDS)
