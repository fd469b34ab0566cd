"""The only way in: all of it, changed together or not at all."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol

from provisioning.domain.tenant import Tenant
from provisioning.registry.audit import AuditLog
from provisioning.registry.decisions import Approvals, Lockdowns
from provisioning.registry.fleet import Digests, Fleet, Schedules, Verifications
from provisioning.registry.outbox import Notices, Outbox
from provisioning.registry.reports import KeptAnswers, Reports, SeenRequests
from provisioning.registry.runs import Legs, Runs
from provisioning.registry.tenants import Tenants


class Transaction(Protocol):
    """One transaction. Leaving its block commits everything; an exception undoes everything."""

    @property
    def tenants(self) -> Tenants: ...
    @property
    def runs(self) -> Runs: ...
    @property
    def legs(self) -> Legs: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def audit(self) -> AuditLog: ...
    @property
    def reports(self) -> Reports: ...
    @property
    def approvals(self) -> Approvals: ...
    @property
    def lockdowns(self) -> Lockdowns: ...
    @property
    def fleet(self) -> Fleet: ...
    @property
    def seen_requests(self) -> SeenRequests: ...
    @property
    def schedules(self) -> Schedules: ...
    @property
    def digests(self) -> Digests: ...
    @property
    def kept_answers(self) -> KeptAnswers: ...
    @property
    def verifications(self) -> Verifications: ...
    @property
    def notices(self) -> Notices: ...


class Registry(Protocol):
    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """Raises Transient while the database can't be reached."""
        ...

    def unit(self) -> AbstractAsyncContextManager[Transaction]:
        """Make one transaction of all that this task opens in the block; each undoes itself alone when it fails."""
        ...


_PORTION: Final = 1000


async def every_tenant(registry: Registry) -> AsyncIterator[Tenant]:
    """All tenants, newest first, tombstones included: for what can't do without all of them.

    Read in portions, so that neither memory nor a transaction holds them all. One that comes meanwhile is missing.
    """
    last: Tenant | None = None
    while True:
        async with registry.transaction() as tx:
            portion = await tx.tenants.portion(after=last, limit=_PORTION)
        for tenant in portion:
            yield tenant
        if len(portion) < _PORTION:
            return
        last = portion[-1]
