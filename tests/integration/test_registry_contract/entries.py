"""What the cases write into a registry, and how they read it."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from provisioning.domain.actor import Actor, Role
from provisioning.domain.project import DatabaseAddress, Project, ProjectRef
from provisioning.domain.request import ProvisionRequest
from provisioning.domain.run import Run, RunError, RunId, RunKind, RunState, StepState, StepView, WaitingFor
from provisioning.domain.secret import Sealed
from provisioning.domain.tenant import Tenant
from provisioning.registry import LegEnd
from tests.integration.test_registry_contract.books import Books

SUBDOMAIN = "customerinc"
RUN = RunId("provision-customerinc-1")
SOMEBODY = Actor("test", "somebody", "Some Body", Role.OPERATOR, team="T1")
ADDRESS = DatabaseAddress("pooler.test", 5432, "postgres.abc", "postgres")
PROJECT = Project(
    ref=ProjectRef("abcdefghijklmnopqrst"),
    name="TaskifAI - Customer Inc (1)",
    region="eu-west-1",
    url="https://abcdefghijklmnopqrst.supabase.co",
    address=ADDRESS,
    password=Sealed("sealed password"),
    anon_key=Sealed("sealed anon key"),
    service_key=Sealed("sealed service key"),
)


def ask(subdomain: str = SUBDOMAIN, **fields: Any) -> ProvisionRequest:
    known = {
        "company": "Customer Inc",
        "subdomain": subdomain,
        "admin_email": "admin@customer.com",
        "admin_name": "John Doe",
        "region": "eu-west-1",
        "vendors": ("boxnox",),
    }
    return ProvisionRequest(**{**known, **fields})


def new_run(run_id: str = RUN, subdomain: str = SUBDOMAIN, kind: RunKind = RunKind.PROVISION) -> Run:
    return Run(
        run_id=RunId(run_id),
        kind=kind,
        state=RunState.QUEUED,
        subdomain=subdomain,
        requested_by="Some Body (test)",
        created_at=datetime.now(UTC),
        request={"company": "Customer Inc", "vendors": ["boxnox"]},
        origin={"thread": "1.2"},
        steps=(StepView(1, "First", typical=120.0), StepView(2, "Second", typical=5.0), StepView(3, "Third")),
    )


async def reserve(books: Books, subdomain: str = SUBDOMAIN, **fields: Any) -> Tenant:
    async with books.registry.transaction() as tx:
        return await tx.tenants.reserve(ask(subdomain, **fields))


async def find(books: Books, subdomain: str = SUBDOMAIN) -> Tenant | None:
    async with books.registry.transaction() as tx:
        return await tx.tenants.find(subdomain)


async def create(books: Books, run: Run | None = None, *, tenant_id: UUID | None = None) -> RunId:
    run = run or new_run()
    async with books.registry.transaction() as tx:
        await tx.runs.create(run, tenant_id=tenant_id, request_hash="hash")
    return run.run_id


async def run_of(books: Books, run_id: RunId = RUN) -> Run:
    async with books.registry.transaction() as tx:
        run = await tx.runs.find(run_id)
    assert run is not None
    return run


async def claim(books: Books, claim: str = "claim", *, leg: int = 1, run_id: RunId = RUN) -> bool:
    async with books.registry.transaction() as tx:
        return await tx.runs.claim(run_id, leg, claim)


async def events(books: Books, run_id: RunId = RUN) -> list[tuple[str, int | None, str | None]]:
    async with books.registry.transaction() as tx:
        return [(event.what, event.step, event.detail) for event in await tx.runs.events(run_id)]


async def stop_at_the_second_step(books: Books) -> None:
    await create(books)
    await claim(books)
    async with books.registry.transaction() as tx:
        for number, state in ((1, StepState.SUCCEEDED), (2, StepState.FAILED)):
            await tx.runs.start_attempt(RUN, "claim", number)
            await tx.runs.end_step(RUN, "claim", number, state=state, detail="detail")
        await tx.runs.request_cancel(RUN)
        await tx.runs.end_leg(
            RUN, "claim", LegEnd(RunState.WAITING, WaitingFor("x", "y", None), RunError("failed", "no", 2))
        )
