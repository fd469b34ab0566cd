"""Verbs that read: one tenant, all tenants, runs and their history."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from provisioning.control_plane.desk import Desk
from provisioning.domain.actor import Actor, Role
from provisioning.domain.approval import Approval, ApprovalState
from provisioning.domain.lockdown import Lockdown, is_fleet
from provisioning.domain.page import Cursor
from provisioning.domain.project import ProjectRef
from provisioning.domain.run import Run, RunEvent, RunId, RunKind, RunState
from provisioning.domain.tenant import Tenant, TenantState
from provisioning.errors import Refused
from provisioning.registry import Transaction, every_tenant

PAGE = 50


@dataclass(frozen=True)
class TenantView:
    """A tenant with its address, its open or latest run, and the run that last verified it."""

    tenant: Tenant | None
    access_url: str
    run: Run | None
    last_verification: Run | None
    approval: Approval | None = None
    """The question about it that waits for an answer."""


@dataclass(frozen=True)
class FleetView:
    """All tenants in numbers, the open runs, newest first, and whether anybody executes them.

    A tenant whose run has not come to its checks yet counts as being provisioned, recorded or not.
    """

    tenants: Mapping[TenantState, int]
    open_runs: Sequence[Run]
    worker_alive: bool
    lockdown: Lockdown | None = None


class Views:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def status(self, actor: Actor, reference: str) -> TenantView:
        """One tenant by subdomain, or by a run of its. A run that was cancelled or rolled back has none any more."""
        await self._desk.require(actor, Role.VIEWER, "status", subdomain=reference)
        async with self._desk.registry.transaction() as tx:
            tenant = await tx.tenants.find(reference)
            run = await find_run(tx, reference) if tenant is None else await _current_run(tx, reference)
            if tenant is None and run is not None:
                tenant = await tx.tenants.find(run.subdomain)
            subdomain = tenant.subdomain if tenant else run.subdomain if run else reference
            return TenantView(
                tenant=tenant,
                access_url=self.access_url(subdomain),
                run=run,
                last_verification=await _last_verification(tx, subdomain),
                approval=await _pending(tx, subdomain),
            )

    async def run(self, actor: Actor, reference: str) -> tuple[Run, Tenant | None]:
        """One run, by id or by subdomain."""
        await self._desk.require(actor, Role.VIEWER, "status", subdomain=reference)
        async with self._desk.registry.transaction() as tx:
            run = await find_run(tx, reference)
            return run, await tx.tenants.find(run.subdomain)

    async def events(self, actor: Actor, run_id: RunId) -> Sequence[RunEvent]:
        await self._desk.require(actor, Role.VIEWER, "status")
        async with self._desk.registry.transaction() as tx:
            return await tx.runs.events(run_id)

    async def list(
        self,
        actor: Actor,
        *,
        text: str = "",
        page: int = 1,
        size: int = PAGE,
        states: Sequence[TenantState] = (),
        after: Cursor | None = None,
    ) -> tuple[Sequence[Tenant], int]:
        """A page of tenants whose name, subdomain or admin contains `text`, newest first, and how many there are.

        Pages are counted, or follow each other by a cursor. Deleted tenants are listed when `states` says so.
        """
        await self._desk.require(actor, Role.VIEWER, "list")
        offset = (max(page, 1) - 1) * size
        async with self._desk.registry.transaction() as tx:
            return await tx.tenants.list(text=text, limit=size, offset=offset, states=states, after=after)

    async def every(self, actor: Actor) -> AsyncIterator[Tenant]:
        """All living tenants, newest first, read in portions: for a report, never for an answer."""
        await self._desk.require(actor, Role.VIEWER, "list")
        async for tenant in every_tenant(self._desk.registry):
            if tenant.state is not TenantState.DELETED:
                yield tenant

    async def runs(
        self,
        actor: Actor,
        *,
        states: Sequence[RunState] = (),
        kinds: Sequence[RunKind] = (),
        subdomain: str | None = None,
        limit: int = PAGE,
        after: Cursor | None = None,
    ) -> Sequence[Run]:
        """Runs, newest first; without states, kinds or a subdomain, those of all."""
        await self._desk.require(actor, Role.VIEWER, "runs")
        async with self._desk.registry.transaction() as tx:
            return await tx.runs.list(
                states=states, kinds=kinds, subdomain=subdomain, limit=limit, after=after
            )

    async def subdomain(self, reference: str) -> str:
        """The subdomain of the tenant that has this id. Anything else is what people call it already."""
        try:
            tenant_id = UUID(reference)
        except ValueError:
            return reference
        async with self._desk.registry.transaction() as tx:
            tenant = await tx.tenants.find_by_id(tenant_id)
        return tenant.subdomain if tenant else reference

    async def fleet(self, actor: Actor) -> FleetView:
        await self._desk.require(actor, Role.VIEWER, "status")
        async with self._desk.registry.transaction() as tx:
            counts = Counter(await tx.tenants.counts())
            being_made = await tx.tenants.being_made()
            open_runs = await tx.runs.list(states=[state for state in RunState if state.is_open], limit=PAGE)
            lockdown = await tx.lockdowns.in_force()
        counts += Counter({TenantState.PROVISIONING: being_made})
        counts -= Counter({TenantState.UNVERIFIED: being_made})
        return FleetView(counts, open_runs, await self.worker_alive(), lockdown)

    async def worker_alive(self) -> bool:
        """Tell whether any process executes runs right now."""
        return await self._desk.worker_alive()

    def database_url(self, tenant: Tenant) -> str | None:
        """The URL of the tenant's project, as the guide writes it; None while there is none."""
        return self._desk.ports.projects.url(ProjectRef(tenant.project_ref)) if tenant.project_ref else None

    def access_url(self, subdomain: str) -> str:
        """All tenants together have none."""
        return "" if is_fleet(subdomain) else self._desk.ports.app.url(subdomain)


async def find_run(tx: Transaction, reference: str) -> Run:
    """Find a run by its id, or a subdomain's open or latest one. Raises Refused when there is none."""
    run = await tx.runs.find(RunId(reference)) or await _current_run(tx, reference)
    if run is None:
        raise Refused(
            f"There is no tenant or run {reference}; `tenantbot list` and `tenantbot runs` show them.",
            code="unknown",
        )
    return run


async def _current_run(tx: Transaction, subdomain: str) -> Run | None:
    return await tx.runs.find_open(subdomain) or await tx.runs.find_latest(subdomain)


async def _pending(tx: Transaction, subdomain: str) -> Approval | None:
    found = await tx.approvals.find_latest(subdomain)
    return found if found and found.state is ApprovalState.PENDING else None


async def _last_verification(tx: Transaction, subdomain: str) -> Run | None:
    found = [
        run
        for kind in (RunKind.PROVISION, RunKind.VERIFY, RunKind.RESTORE, RunKind.IMPORT)
        if (run := await tx.runs.find_latest(subdomain, kind=kind)) is not None and run.checklist
    ]
    return max(found, key=lambda run: run.created_at, default=None)
