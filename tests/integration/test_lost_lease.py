"""A lease whose session the server ended while its process was busy: it counts as lost, and nothing breaks."""

import asyncio
from threading import Thread

import asyncpg

from provisioning.adapters.system_clock import SystemClock
from provisioning.engine.lease import Lease, new_executor_id
from sandbox.postgres import PostgresServer

_END = "select pg_terminate_backend(pid, 60000) from pg_stat_activity where application_name like $1"


def end_session(dsn: str, name: str) -> None:
    """End it while our loop stands still, as a server does with the idle session of a busy process."""

    async def end() -> None:
        connection = await asyncpg.connect(dsn)
        await connection.execute(_END, f"%{name}")
        await connection.close()

    thread = Thread(target=lambda: asyncio.run(end()))
    thread.start()
    thread.join()


async def nothing_to_sweep() -> None: ...


async def test_holding_ends_where_the_farewell_is_read_but_not_yet_the_end(
    postgres_server: PostgresServer,
) -> None:
    dsn, executor = postgres_server.dsn("postgres"), new_executor_id()
    lease = Lease(dsn, executor, SystemClock())
    await lease.acquire()

    end_session(dsn, executor)
    for _ in range(2):  # the farewell is read in the first turn of the loop, and not yet the end
        await asyncio.sleep(0)

    await lease.hold(nothing_to_sweep)
    await lease.release()
