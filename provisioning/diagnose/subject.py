"""Whom a diagnosis is about: what the registry knows, and what the playbooks ask with."""

from dataclasses import dataclass

from provisioning.domain.project import ProjectRef
from provisioning.domain.run import Run
from provisioning.domain.tenant import Tenant, TenantState
from provisioning.ports import Clock
from provisioning.probes import Probes
from provisioning.provision.ports import ProvisionPorts
from provisioning.registry import TenantSecrets


@dataclass(frozen=True)
class Subject:
    """`tenant` is None where the registry has no such row; `run` is its open or latest run.

    While all tenants are locked down none is activated but by lifting that.
    """

    subdomain: str
    tenant: Tenant | None
    secrets: TenantSecrets | None
    run: Run | None
    is_locked_down: bool
    ports: ProvisionPorts
    probes: Probes
    clock: Clock

    @property
    def host(self) -> str:
        return f"{self.subdomain}.{self.ports.policy.domain}"

    @property
    def is_served(self) -> bool:
        """Whether our registry says that people should get in."""
        return self.tenant is not None and self.tenant.is_active

    @property
    def ref(self) -> ProjectRef | None:
        if self.tenant is None or self.tenant.state is TenantState.DELETED or not self.tenant.project_ref:
            return None
        return ProjectRef(self.tenant.project_ref)


async def read_subject(subdomain: str, *, ports: ProvisionPorts, probes: Probes, clock: Clock) -> Subject:
    async with ports.registry.transaction() as tx:
        tenant = await tx.tenants.find(subdomain)
        secrets = await tx.tenants.secrets(subdomain) if tenant else None
        run = await tx.runs.find_open(subdomain) or await tx.runs.find_latest(subdomain)
        lockdown = await tx.lockdowns.in_force()
    return Subject(subdomain, tenant, secrets, run, lockdown is not None, ports, probes, clock)
