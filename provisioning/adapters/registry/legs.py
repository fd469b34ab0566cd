"""The engine's inbox: a leg is enqueued by the engine's own SQL function, inside the registry's transaction."""

from datetime import datetime

import asyncpg

from provisioning.domain.run import RunId
from provisioning.engine.names import APPLICATION, LEG_WORKFLOW, leg_id, queue_of

_ENQUEUE = """
select engine.enqueue_workflow(
    workflow_name => $1, queue_name => $2, workflow_id => $3, application_name => $4,
    positional_args => array[to_json($5::text), to_json($6::int)], delay_until_epoch_ms => $7)
"""


class PostgresLegs:
    def __init__(self, connection: asyncpg.pool.PoolConnectionProxy) -> None:
        self._connection = connection

    async def enqueue(self, run_id: RunId, leg: int, *, at: datetime | None = None) -> None:
        """Enqueue a leg, to start at once or at `at`. What travels is ids only; the leg reads the rest."""
        delay_until = None if at is None else int(at.timestamp() * 1000)
        await self._connection.execute(
            _ENQUEUE,
            LEG_WORKFLOW,
            queue_of(run_id),
            leg_id(run_id, leg),
            APPLICATION,
            run_id,
            leg,
            delay_until,
        )
