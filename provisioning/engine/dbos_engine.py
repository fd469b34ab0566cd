"""DBOS behind a small door: the only room that imports it, but for its serializer."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from dbos import DBOS, DBOSConfig

from provisioning.domain.run import RunId
from provisioning.domain.secret import Secret
from provisioning.engine import names
from provisioning.engine.sealed_json import SealedJson

_THREADS = 64
_POLL_SECONDS = 0.05
_CONCURRENT_LEGS = 4
_PORTION = 500

_ENDED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]


class RunsLegs(Protocol):
    async def run_leg(self, run_id: RunId, leg: int, checkpoint: Any) -> str: ...


class _Current:
    """The runner of this process. DBOS registers workflows once per process, engines may come and go."""

    runner: RunsLegs | None = None
    legs = 0


@DBOS.workflow(name=names.LEG_WORKFLOW, max_recovery_attempts=50)
async def _leg(run_id: str, leg: int) -> str:
    if _Current.runner is None:
        raise RuntimeError("The engine was started without a runner.")
    _Current.legs += 1
    try:
        return await _Current.runner.run_leg(RunId(run_id), leg, _checkpoint)
    finally:
        _Current.legs -= 1


async def _checkpoint(name: str, act: Callable[[], Awaitable[Any]]) -> Any:
    async def step() -> Any:  # DBOS tells by the function itself whether to await it
        return await act()

    return await DBOS.run_step_async({"name": name}, step)


@dataclass(frozen=True)
class Engine:
    """One launched engine. Call `launch` inside the running loop, after pools exist: recovered work starts at once."""

    database_url: str
    keys: Sequence[Secret]

    async def launch(self, executor_id: str, runner: RunsLegs) -> None:
        _Current.runner = runner
        logging.getLogger("dbos").addHandler(logging.NullHandler())  # else DBOS prints by itself
        DBOS(config=self._config(executor_id))
        DBOS.launch()
        for queue, poll_seconds in names.QUEUES.items():
            await DBOS.register_queue_async(
                queue,
                worker_concurrency=_CONCURRENT_LEGS,
                polling_interval_sec=poll_seconds,
                on_conflict="always_update",
            )

    async def stop(self, *, drain_seconds: int) -> None:
        """Give what runs `drain_seconds` to end, then stop; the rest is resumed by the next worker."""
        deadline = asyncio.get_running_loop().time() + drain_seconds
        while _Current.legs and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110 - no event to wait on
            await asyncio.sleep(_POLL_SECONDS)
        await asyncio.sleep(_POLL_SECONDS)  # a leg that has just returned is being recorded
        await asyncio.to_thread(DBOS.destroy)
        # DBOS took the loop's default executor with it; name look-ups and threads need one.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(4))

    async def executors_with_work(self) -> dict[str, list[str]]:
        """Executor id → ids of the workflows it was executing."""
        rows = await DBOS.list_workflows_async(status="PENDING", load_input=False, load_output=False)
        found: dict[str, list[str]] = defaultdict(list)
        for row in rows:
            if row.executor_id:
                found[row.executor_id].append(row.workflow_id)
        return found

    async def resume(self, workflow_ids: Sequence[str]) -> None:
        for queue in names.QUEUES:
            if found := [one for one in workflow_ids if names.queue_of(one) == queue]:
                await DBOS.resume_workflows_async(found, queue_name=queue)

    async def ended_among(self, workflow_ids: Sequence[str]) -> set[str]:
        """Of these workflows, the ones that the engine will not execute any more."""
        if not workflow_ids:
            return set()
        rows = await DBOS.list_workflows_async(
            workflow_ids=list(workflow_ids), status=_ENDED, load_input=False, load_output=False
        )
        return {row.workflow_id for row in rows}

    async def forget_ended(self, before: datetime) -> int:
        """Delete what ended before then, a portion of it, and say how much it was. What has not ended is not looked at."""
        rows = await DBOS.list_workflows_async(
            status=_ENDED,
            completed_before=before.isoformat(),
            limit=_PORTION,
            load_input=False,
            load_output=False,
        )
        if rows:
            await DBOS.delete_workflows_async([row.workflow_id for row in rows])
        return len(rows)

    def _config(self, executor_id: str) -> DBOSConfig:
        return {
            "name": names.APPLICATION,
            "system_database_url": self.database_url,
            "dbos_system_schema": names.SCHEMA,
            "application_version": names.APPLICATION_VERSION,
            "executor_id": executor_id,
            "serializer": SealedJson(self.keys),
            "log_level": "WARNING",
            "max_executor_threads": _THREADS,
            "sys_db_pool_size": 5,
            "run_migrations": False,
        }


def upgrade_engine_schema(database_url: str) -> None:
    """Create or upgrade the engine's own tables. Blocks; run it in a thread."""
    DBOS.migrate(database_url, schema=names.SCHEMA)
