"""Step 1: Create Supabase project (guide 14.3).

Re-enters by looking: name (with this run's nonce) and sealed password are stored before the call, so a
project whose answer was lost is found by its name and adopted. Supabase has no idempotency key; the call is
never repeated while an earlier one is unresolved.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from provisioning.domain.project import Project, ProjectRef, project_name
from provisioning.domain.request import ProvisionRequest
from provisioning.domain.secret import Secret, new_password
from provisioning.engine.step import step
from provisioning.engine.waiting import wait_until
from provisioning.errors import Permanent, TenantbotError, Transient, Unclear
from provisioning.ports import FoundProject, ServiceHealth
from provisioning.provision.ports import At
from provisioning.registry import ProjectIntent

PASSWORD_LENGTH = 32
DEADLINE = timedelta(minutes=10)
LOOK_FOR = timedelta(seconds=30)
"""How long a project whose creation got no clear answer is looked for before it is asked for again."""

_BROKEN = frozenset({"GOING_DOWN", "INIT_FAILED", "REMOVED", "INACTIVE", "PAUSE_FAILED", "RESTORE_FAILED"})
"""States a new project does not come back from. Any other word, known or not, is waited on."""


async def delete_project(at: At) -> str:
    """Undo: delete every project that carries this run's name, unless the customer may have data in it."""
    async with at.ports.registry.transaction() as tx:
        intent = await tx.tenants.project_intent(at.subdomain)
    if intent is not None:
        await _refuse_if_used(at, intent)
    return await remove_project(at)


async def remove_project(at: At) -> str:
    """Delete every project that carries this run's name. Whoever calls this knows that nobody's data is in it."""
    async with at.ports.registry.transaction() as tx:
        intent = await tx.tenants.project_intent(at.subdomain)
    if intent is None:
        return "no project was asked for"
    projects = at.ports.projects
    unclear = intent.requested and intent.ref is None
    looked = await (_look_for(at, intent) if unclear else projects.find_by_name(intent.name))
    found = {project.ref for project in looked}
    for ref in sorted(found | ({intent.ref} if intent.ref else set())):
        await projects.delete(ref)
    async with at.ports.registry.transaction() as tx:
        await tx.tenants.store_project_ref(at.subdomain, None)
        await tx.tenants.mark_project_requested(at.subdomain, requested=False)
    return f"deleted project {', '.join(sorted(found))}" if found else "no project was there"


@step(
    1,
    "Create Supabase project",
    typical=timedelta(minutes=2),
    deadline=DEADLINE,
    undo=delete_project,
    undoes="delete the Supabase project, with its database and all that is in it",
    detail=lambda project: f"{project.ref} in {project.region}",
)
async def create_project(at: At, request: ProvisionRequest) -> Project:
    intent = await _ensure_intent(at, request)
    ref = intent.ref or await _adopt(at, intent) or await _create(at, intent, request)
    await at.note(f"{ref}: waiting until every service is healthy")
    found = await _wait_until_active(at, ref)
    await _wait_until_healthy(at, ref)
    project = await _describe(at, intent, found)
    await _wait_until_reachable(at, project)
    async with at.ports.registry.transaction() as tx:
        sealed_url = at.ports.vault.seal(Secret(project.url), subdomain=at.subdomain, field="database_url")
        await tx.tenants.store_project(at.subdomain, project, sealed_url=sealed_url)
    return project


async def _ensure_intent(at: At, request: ProvisionRequest) -> ProjectIntent:
    password = at.ports.vault.seal(
        new_password(PASSWORD_LENGTH), subdomain=at.subdomain, field="project_password"
    )
    name = project_name(request.company, secrets.token_hex(4))
    async with at.ports.registry.transaction() as tx:
        return await tx.tenants.store_project_intent(at.subdomain, name=name, password=password)


async def _adopt(at: At, intent: ProjectIntent) -> ProjectRef | None:
    """Take up the project that an earlier call made, if it did."""
    if not intent.requested:
        return None
    found = await _look_for(at, intent)
    if not found:
        return None
    return await _keep(at, found[0].ref, others=[project.ref for project in found[1:]])


async def _look_for(at: At, intent: ProjectIntent) -> Sequence[FoundProject]:
    """Look for a while for what an unclear call may have made; only a clear "not there" counts as none."""

    async def find() -> Sequence[FoundProject] | None:
        return await at.ports.projects.find_by_name(intent.name) or None

    try:
        return await wait_until(at.clock, find, deadline=at.clock.now() + LOOK_FOR, late=lambda: "not there")
    except Transient:
        return await at.ports.projects.find_by_name(intent.name)


async def _keep(at: At, ref: ProjectRef, *, others: Sequence[ProjectRef] = ()) -> ProjectRef:
    """Store the project as the tenant's, unless it has one; second projects are named with what they cost."""
    async with at.ports.registry.transaction() as tx:
        standing = await tx.tenants.store_project_ref(at.subdomain, ref) or ref
    if seconds := sorted({ref, *others} - {standing}):
        cost = len(seconds) * at.ports.policy.monthly_cost
        await at.note(
            f"{standing} is used. A second project of this run exists: {', '.join(seconds)} "
            f"({cost:.0f} USD a month); `tenantbot orphans` shows it, and asks for its removal.",
            lasting=True,
        )
    return standing


async def _create(at: At, intent: ProjectIntent, request: ProvisionRequest) -> ProjectRef:
    await _refuse_free_plan(at)
    password = at.ports.vault.open(intent.password, subdomain=at.subdomain, field="project_password")
    await _mark_requested(at, requested=True)
    try:
        ref = await at.ports.projects.create(intent.name, password=password, region=request.region)
    except Unclear:
        raise
    except TenantbotError:
        await _mark_requested(at, requested=False)  # a clear no: nothing was made
        raise
    return await _keep(at, ref)


async def _refuse_free_plan(at: At) -> None:
    organization = await at.ports.projects.organization()
    if organization.plan == "free" and not at.ports.policy.allow_free_plan:
        raise Permanent(
            f"The organization {organization.slug} is on Supabase's free plan, whose projects are paused when idle; "
            "upgrade it, or set SUPABASE_ALLOW_FREE_PLAN=true.",
            code="free_plan",
        )


async def _wait_until_active(at: At, ref: ProjectRef) -> FoundProject:
    last = "unknown"

    async def probe() -> FoundProject | None:
        nonlocal last
        found = await at.ports.projects.status(ref)
        last = found.status if found else "not listed yet"
        if last in _BROKEN:
            raise Permanent(
                f"Supabase reports project {ref} as {last}; it will not come up. Roll back, then ask again."
            )
        return found if last == "ACTIVE_HEALTHY" else None

    return await wait_until(
        at.clock,
        probe,
        deadline=_deadline(at),
        late=lambda: f"Project {ref} is still {last} after 10 minutes.",
    )


async def _wait_until_healthy(at: At, ref: ProjectRef) -> None:
    missing: list[ServiceHealth] = []

    async def probe() -> bool | None:
        nonlocal missing
        missing = [
            service for service in await at.ports.projects.health(ref) if service.status != "ACTIVE_HEALTHY"
        ]
        return None if missing else True

    await wait_until(
        at.clock,
        probe,
        deadline=_deadline(at),
        late=lambda: (
            f"Project {ref}: {', '.join(f'{one.name} is {one.status}' for one in missing) or 'no health yet'}."
        ),
    )


async def _describe(at: At, intent: ProjectIntent, found: FoundProject) -> Project:
    projects, vault = at.ports.projects, at.ports.vault
    deadline = _deadline(at)
    keys = await wait_until(
        at.clock,
        lambda: projects.keys(found.ref),
        deadline=deadline,
        late=lambda: f"{found.ref} has no API keys yet.",
    )
    address = await wait_until(
        at.clock,
        lambda: projects.address(found.ref),
        deadline=deadline,
        late=lambda: f"{found.ref} has no pooler yet.",
    )
    return Project(
        ref=found.ref,
        name=intent.name,
        region=found.region,
        url=projects.url(found.ref),
        address=address,
        password=intent.password,
        anon_key=vault.seal(keys.anon, subdomain=at.subdomain, field="anon_key"),
        service_key=vault.seal(keys.service, subdomain=at.subdomain, field="service_key"),
    )


async def _wait_until_reachable(at: At, project: Project) -> None:
    """The pooler learns of a new project some seconds after everything else."""
    password = at.ports.vault.open(project.password, subdomain=at.subdomain, field="project_password")

    async def probe() -> bool:
        async with at.ports.databases.open(project.address, password):
            return True

    await wait_until(
        at.clock,
        probe,
        deadline=_deadline(at),
        late=lambda: f"The pooler does not let us into project {project.ref} yet.",
    )


async def _refuse_if_used(at: At, intent: ProjectIntent) -> None:
    """A project that holds rows which no run wrote is the customer's: only `deprovision` may remove it."""
    async with at.ports.registry.transaction() as tx:
        stored = await tx.tenants.secrets(at.subdomain)
        tenant = await tx.tenants.find(at.subdomain)
    if (
        stored.address is None
        or intent.ref is None
        or tenant is None
        or await at.ports.projects.status(intent.ref) is None
    ):
        return
    password = at.ports.vault.open(intent.password, subdomain=at.subdomain, field="project_password")
    async with at.ports.databases.open(stored.address, password) as database:
        rows = await database.foreign_rows(admin_email=tenant.admin_email)
    if rows:
        listed = ", ".join(f"{count} in {table}" for table, count in sorted(rows.items()))
        raise Permanent(
            f"Project {intent.ref} holds rows that this run did not write ({listed}); "
            "the customer may be using it. Remove the tenant with `tenantbot deprovision` instead.",
            code="has_data",
        )


async def _mark_requested(at: At, *, requested: bool) -> None:
    async with at.ports.registry.transaction() as tx:
        await tx.tenants.mark_project_requested(at.subdomain, requested=requested)


def _deadline(at: At) -> datetime:
    return at.started_at + DEADLINE
