"""A process's sign of life: one PostgreSQL session advisory lock, and the sweep that finds the dead by theirs.

The open-source engine knows no dead executors. A lock that is free says that its holder is gone, or so
frozen that the server ended its idle session. Whoever finds it asks the engine to resume that executor's
work. A wrong guess is harmless: the engine fences every checkpoint, and the registry every claim.
"""

import asyncio
import secrets
import socket
from collections.abc import Awaitable, Callable, Collection

import asyncpg

from provisioning.ports import Clock

WORKERS = 0x54424F54
LEADERS = 0x54424F55
"""Classes of locks: one per living worker, and one per office that only one process may hold."""

PING_SECONDS = 1.0
IDLE_SECONDS = 6
GRACE_SECONDS = 3.0

_PROGRAM = "tenantbot-lease"
"""Not `tenantbot …`: connections of that name say which keys their process knows, and a lease knows none."""

CANNOT_ASK = (
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
"""What asking says while the server is away, shuts down or starts.

The last one comes where the server has ended our session, and its farewell is read, but not yet the end.
"""

_ALIVE = """
    select exists (
        select from pg_locks join pg_database on pg_database.oid = pg_locks.database
        where locktype = 'advisory' and classid = $1 and objsubid = 2 and granted
          and datname = current_database()
    )
"""


def new_executor_id() -> str:
    """Name this process as no other, ever: a name used twice would resume a living process's work."""
    return f"{socket.gethostname()}-{secrets.token_hex(6)}"


async def any_worker_alive(connection: asyncpg.Connection | asyncpg.pool.PoolConnectionProxy) -> bool:
    """Tell whether any process holds a lease right now."""
    return bool(await connection.fetchval(_ALIVE, WORKERS))


class Lease:
    """Held from `acquire` until `release`, a lost connection, or a freeze longer than IDLE_SECONDS."""

    def __init__(self, dsn: str, executor_id: str, clock: Clock, *, lock_class: int = WORKERS) -> None:
        self._dsn = dsn
        self.executor_id = executor_id
        self._lock_class = lock_class
        self._clock = clock
        self._connection: asyncpg.Connection | None = None
        self._free_since: dict[str, float] = {}

    async def acquire(self) -> None:
        if not await self.try_acquire():
            raise RuntimeError(f"The executor id {self.executor_id} is held by another process.")

    async def try_acquire(self) -> bool:
        self._connection = await asyncpg.connect(
            self._dsn,
            timeout=10,
            command_timeout=5,
            server_settings={
                "application_name": f"{_PROGRAM} {self.executor_id}",
                "idle_session_timeout": f"{IDLE_SECONDS}s",
                "tcp_keepalives_idle": "5",
                "tcp_keepalives_interval": "2",
                "tcp_keepalives_count": "2",
            },
        )
        if await self._try_lock("pg_try_advisory_lock", self.executor_id):
            return True
        await self.release()
        return False

    async def release(self) -> None:
        if self._connection is not None:
            self._connection.terminate()

    async def hold(self, sweep: Callable[[], Awaitable[None]]) -> None:
        """Ping and sweep until the lease is lost; returns then."""
        while True:
            try:
                async with asyncio.timeout(PING_SECONDS * 3):  # wait_for may swallow that we are to stop
                    await self._require().execute("select 1")
                await sweep()
            except CANNOT_ASK:
                return
            await asyncio.sleep(PING_SECONDS)

    async def dead_among(self, executors: Collection[str], *, grace: float = GRACE_SECONDS) -> set[str]:
        """Find the executors whose lease has been free for `grace` seconds of our watching."""
        others = set(executors) - {self.executor_id}
        for gone in set(self._free_since) - others:
            del self._free_since[gone]
        return {executor for executor in others if await self._is_dead(executor, grace)}

    async def _is_dead(self, executor: str, grace: float) -> bool:
        async with self._require().transaction():  # the lock is let go at once: it was only a question
            if not await self._try_lock("pg_try_advisory_xact_lock", executor):
                self._free_since.pop(executor, None)
                return False
        now = self._clock.monotonic()
        return now - self._free_since.setdefault(executor, now) >= grace

    async def _try_lock(self, function: str, executor: str) -> bool:
        return bool(
            await self._require().fetchval(f"select {function}($1, hashtext($2))", self._lock_class, executor)
        )

    def _require(self) -> asyncpg.Connection:
        if self._connection is None:
            raise asyncpg.InterfaceError("the lease is not held")
        return self._connection
