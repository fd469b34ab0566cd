"""One step at a time, without the runner: the steps before it done, its context filled in, its notes kept."""

from dataclasses import dataclass, field
from datetime import datetime

from provisioning.domain.project import Project
from provisioning.domain.request import ProvisionRequest, RequestDefaults, parse_provision_request
from provisioning.domain.run import Run, RunId, RunKind, RunState
from provisioning.domain.tenant import AdminUser, Tenant, TenantRecord
from provisioning.engine.step import Context
from provisioning.provision.pipeline import PROVISION
from provisioning.provision.ports import ProvisionPorts
from provisioning.provision.step1_create_project import create_project
from provisioning.provision.step2_initialize_schema import initialize_schema
from provisioning.provision.step3_seed_configurations import seed_configurations
from provisioning.provision.step4_create_tenant_record import create_tenant_record
from provisioning.provision.step5_configure_dns import configure_dns
from provisioning.provision.step6_create_admin_user import create_admin_user
from provisioning.provision.step7_send_welcome_email import send_welcome_email
from tests.fakes.world import OPERATOR, RAW_REQUEST, World

RUN_ID = RunId("provision-customerinc-fake")


@dataclass
class Stage:
    """A tenant on its way. `project`, `record` and `admin` are there once their steps are done."""

    world: World
    request: ProvisionRequest
    notes: list[str] = field(default_factory=list)
    began_at: datetime | None = None
    attempt: int = 1

    project: Project = field(init=False)
    record: TenantRecord = field(init=False)
    admin: AdminUser = field(init=False)

    @property
    def at(self) -> Context[ProvisionPorts]:
        """The context of the next call; the step's first try began at the first one, or at `began_at`."""
        self.began_at = self.began_at or self.world.clock.now()
        return Context(
            ports=self.world.ports,
            clock=self.world.clock,
            run_id=RUN_ID,
            subdomain=self.request.subdomain,
            requested_by=OPERATOR.label,
            note=self._note,
            hold=self._hold,
            attempt=self.attempt,
            started_at=self.began_at,
        )

    async def tenant(self) -> Tenant:
        async with self.world.records.transaction() as tx:
            tenant = await tx.tenants.find(self.request.subdomain)
        assert tenant is not None
        return tenant

    async def go_to(self, step: int) -> "Stage":
        """Do the steps before this one."""
        if step > 1:
            self.project = await create_project.act(self.at, self.request)
        if step > 2:
            await initialize_schema.act(self.at, self.project)
        if step > 3:
            await seed_configurations.act(self.at, self.request, self.project)
        if step > 4:
            self.record = await create_tenant_record.act(self.at, self.request, self.project)
        if step > 5:
            await configure_dns.act(self.at)
        if step > 6:
            self.admin = await create_admin_user.act(self.at, self.request, self.project)
        if step > 7:
            await send_welcome_email.act(self.at, self.record, self.admin)
        self.notes.clear()
        self.began_at = None
        return self

    async def _hold(self, _: object) -> None:
        """Nobody else works on this stage."""

    async def _note(self, detail: str, *, lasting: bool = False) -> None:
        self.notes.append(detail)


async def set_stage(world: World, *, step: int, **fields: object) -> Stage:
    """Reserve a tenant with its run, and bring it to this step."""
    defaults = RequestDefaults("eu-west-1", world.ports.seeds.vendor_names)
    request = parse_provision_request({**RAW_REQUEST, **fields}, defaults)
    run = Run(
        run_id=RUN_ID,
        kind=RunKind.PROVISION,
        state=RunState.QUEUED,
        subdomain=request.subdomain,
        requested_by=OPERATOR.label,
        created_at=world.clock.now(),
        request=request.to_json(),
        steps=PROVISION.views({}),
    )
    async with world.records.transaction() as tx:
        tenant = await tx.tenants.reserve(request)
        await tx.runs.create(run, tenant_id=tenant.tenant_id, request_hash="fake")
    return await Stage(world, request).go_to(step)
