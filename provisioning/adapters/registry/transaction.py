"""One transaction over all tables of the registry, and the pool it is drawn from."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar

import asyncpg

from provisioning.adapters.registry.approvals import PostgresApprovals
from provisioning.adapters.registry.audit import PostgresAuditLog
from provisioning.adapters.registry.audit_keys import AuditKeys
from provisioning.adapters.registry.digests import PostgresDigests
from provisioning.adapters.registry.fleet import PostgresFleet
from provisioning.adapters.registry.kept_answers import PostgresKeptAnswers
from provisioning.adapters.registry.legs import PostgresLegs
from provisioning.adapters.registry.lockdowns import PostgresLockdowns
from provisioning.adapters.registry.notices import PostgresNotices
from provisioning.adapters.registry.outbox import PostgresOutbox
from provisioning.adapters.registry.reports import PostgresReports
from provisioning.adapters.registry.runs import PostgresRuns
from provisioning.adapters.registry.schedules import PostgresSchedules
from provisioning.adapters.registry.seen_requests import PostgresSeenRequests
from provisioning.adapters.registry.tenants import PostgresTenants
from provisioning.adapters.registry.verifications import PostgresVerifications
from provisioning.errors import Transient

UNREACHABLE = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
)
"""What asyncpg raises while the server is away; all of it passes when the server is back."""


@contextmanager
def reaching_database() -> Iterator[None]:
    """Raise Transient for whatever says that the server is away."""
    try:
        yield
    except UNREACHABLE as fault:
        raise Transient(
            "The registry's database does not answer; check DATABASE_URL and that PostgreSQL runs.",
            code="database_unreachable",
        ) from fault


class PostgresTransaction:
    def __init__(self, connection: asyncpg.pool.PoolConnectionProxy, audit_keys: AuditKeys) -> None:
        self.tenants = PostgresTenants(connection)
        self.runs = PostgresRuns(connection)
        self.legs = PostgresLegs(connection)
        self.outbox = PostgresOutbox(connection)
        self.audit = PostgresAuditLog(connection, audit_keys)
        self.reports = PostgresReports(connection)
        self.approvals = PostgresApprovals(connection)
        self.lockdowns = PostgresLockdowns(connection)
        self.fleet = PostgresFleet(connection)
        self.seen_requests = PostgresSeenRequests(connection)
        self.schedules = PostgresSchedules(connection)
        self.digests = PostgresDigests(connection)
        self.kept_answers = PostgresKeptAnswers(connection)
        self.savepoint = connection.transaction
        self.verifications = PostgresVerifications(connection)
        self.notices = PostgresNotices(connection)


class PostgresRegistry:
    def __init__(self, pool: asyncpg.Pool, *, audit_keys: AuditKeys) -> None:
        self._pool = pool
        self._audit_keys = audit_keys
        self._unit: ContextVar[PostgresTransaction | None] = ContextVar("unit", default=None)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[PostgresTransaction]:
        with reaching_database():
            if (unit := self._unit.get()) is not None:
                async with unit.savepoint():
                    yield unit
            else:
                async with self._pool.acquire() as connection, connection.transaction():
                    yield PostgresTransaction(connection, self._audit_keys)

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[PostgresTransaction]:
        async with self.transaction() as tx:
            token = self._unit.set(tx)
            try:
                yield tx
            finally:
                self._unit.reset(token)
