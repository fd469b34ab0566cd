"""One transaction over all tables: it works on a copy, which replaces them when it commits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from provisioning.domain.run import Run, RunEvent, RunId
from provisioning.domain.schedule import Tick
from provisioning.domain.secret import Secret
from provisioning.ports import Clock
from tests.fakes.registry.approvals import FakeApprovals
from tests.fakes.registry.books import FakeAuditLog, FakeLegs, FakeOutbox
from tests.fakes.registry.digests import FakeDigests
from tests.fakes.registry.fleet import FakeFleet
from tests.fakes.registry.lockdowns import FakeLockdowns
from tests.fakes.registry.reports import FakeKeptAnswers, FakeReports, FakeSeenRequests
from tests.fakes.registry.runs import FakeRuns
from tests.fakes.registry.schedules import FakeSchedules
from tests.fakes.registry.tables import Tables
from tests.fakes.registry.tenants import FakeTenants
from tests.fakes.registry.verifications import FakeNotices, FakeVerifications


class FakeTransaction:
    def __init__(self, tables: Tables, clock: Clock, audit_key: Secret) -> None:
        self.tenants = FakeTenants(tables, clock)
        self.runs = FakeRuns(tables, clock)
        self.legs = FakeLegs(tables)
        self.outbox = FakeOutbox(tables)
        self.audit = FakeAuditLog(tables, clock, audit_key)
        self.reports = FakeReports(tables, FakeRuns(tables, clock))
        self.approvals = FakeApprovals(tables)
        self.lockdowns = FakeLockdowns(tables, self.tenants, clock)
        self.fleet = FakeFleet(tables, self.tenants, self.runs, clock)
        self.seen_requests = FakeSeenRequests(tables)
        self.schedules = FakeSchedules(tables)
        self.digests = FakeDigests(tables, self.runs, self.approvals)
        self.kept_answers = FakeKeptAnswers(tables)
        self.tables = tables
        self.verifications = FakeVerifications(tables, self.tenants, clock)
        self.notices = FakeNotices(tables)


class FakeRegistry:
    """Implements the port Registry. `tables` holds what is committed."""

    def __init__(self, clock: Clock, *, audit_key: Secret) -> None:
        installed = Tick(clock.now(), "installed")
        self.tables = Tables(schedules={"digest": installed, "verify": installed, "retention": installed})
        self._clock = clock
        self._audit_key = audit_key
        self._lock = asyncio.Lock()
        self._holder: asyncio.Task[object] | None = None
        self._unit: FakeTransaction | None = None

    def run(self, run_id: RunId) -> Run:
        """A run as it is committed."""
        return FakeRuns(self.tables, self._clock).view(run_id)

    def events(self, run_id: RunId) -> list[RunEvent]:
        """A run's history as it is committed."""
        return FakeRuns(self.tables, self._clock).history(run_id)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[FakeTransaction]:
        task = asyncio.current_task()
        if self._holder is task and self._unit is not None:
            async with self._savepoint(self._unit) as tx:
                yield tx
            return
        if self._holder is task:
            raise AssertionError("A transaction inside a transaction would see nothing of the outer one.")
        async with self._lock:
            self._holder = task
            draft = self.tables.copy()
            try:
                yield FakeTransaction(draft, self._clock, self._audit_key)
                self.tables = draft
            finally:
                self._holder = None

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[FakeTransaction]:
        async with self.transaction() as tx:
            self._unit = tx
            try:
                yield tx
            finally:
                self._unit = None

    @asynccontextmanager
    async def _savepoint(self, unit: FakeTransaction) -> AsyncIterator[FakeTransaction]:
        before = unit.tables.copy()
        self._unit = None  # inside this one, another one would be as wrong as ever
        try:
            yield unit
        except BaseException:
            vars(unit.tables).update(vars(before))
            raise
        finally:
            self._unit = unit
