"""Step 3: Seed default configurations (guide 14.3).

One statement that inserts what is missing; what a person changed since stays as it is.
"""

from datetime import timedelta

from provisioning.domain.project import Project
from provisioning.domain.request import ProvisionRequest
from provisioning.domain.seeds import Seeds
from provisioning.engine.step import step
from provisioning.errors import Permanent
from provisioning.provision.ports import At
from provisioning.provision.tenant_session import open_tenant_database


@step(
    3,
    "Seed default configurations",
    typical=timedelta(seconds=30),
    deadline=timedelta(minutes=10),
    no_undo="the seeds go with the project",
    detail=lambda vendors: f"{len(vendors)} vendor configurations",
)
async def seed_configurations(at: At, request: ProvisionRequest, project: Project) -> list[str]:
    seeds = at.ports.seeds.only(request.vendors)
    if not request.sample_resellers:
        seeds = Seeds(vendors=seeds.vendors, resellers=())
    async with open_tenant_database(at, project) as database:
        await database.seed(seeds)
        present = await database.default_vendors()
    if missing := set(request.vendors) - present:
        raise Permanent(
            f"After seeding, these vendors have no active default: {', '.join(sorted(missing))}.",
            code="seeds",
        )
    return sorted(present)
