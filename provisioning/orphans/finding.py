"""Finds orphans. The outside is listed first and the registry read after: what we make has its row before it is there."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from provisioning.domain.orphan import Orphan, OrphanKind
from provisioning.domain.project import PROJECT_PREFIX, ProjectRef
from provisioning.domain.tenant import Tenant, TenantState
from provisioning.ports import FoundProject, ZoneRecord
from provisioning.provision.ports import ProvisionPorts
from provisioning.provision.step5_configure_dns import OUR_COMMENT
from provisioning.registry import every_tenant

_GONE: Final = "not there"


async def find_orphans(ports: ProvisionPorts, subdomain: str | None = None) -> Sequence[Orphan]:
    """Find all, or those of one tenant. Changes nothing."""
    projects = await ports.projects.find_named_like("")
    records = await ports.zone.list_records(comment_start=OUR_COMMENT)
    tenants = [tenant async for tenant in every_tenant(ports.registry)]
    found = [
        *_projects(projects, tenants, ports.policy.monthly_cost),
        *await _ghosts(ports, tenants, {one.ref for one in projects}),
        *_dns_records(records, tenants, ports.policy.domain),
    ]
    return [one for one in found if subdomain is None or one.subdomain == subdomain]


def _projects(projects: Sequence[FoundProject], tenants: Sequence[Tenant], cost: float) -> Iterable[Orphan]:
    by_ref = {one.project_ref: one for one in tenants if one.project_ref}
    by_name = {one.project_name: one for one in tenants if one.project_name}
    for project in projects:
        if (user := by_ref.get(project.ref)) is not None and user.state is not TenantState.DELETED:
            continue
        owner = user or by_name.get(project.name)
        if owner is None and not project.name.startswith(PROJECT_PREFIX):
            continue  # the organization's own business
        if owner is None:
            yield _project(
                project, OrphanKind.PROJECT, None, cost, "the registry knows no tenant of it", is_ours=False
            )
        elif owner.state is TenantState.DELETED:
            said = f"its tenant was deleted on {owner.deleted_at:%Y-%m-%d}"
            yield _project(project, OrphanKind.PROJECT, owner, cost, said)
        elif owner.project_ref is not None:
            said = f"{owner.subdomain} uses {owner.project_ref}; an answer that was lost left this one"
            yield _project(project, OrphanKind.SECOND_PROJECT, owner, cost, said)


def _project(
    project: FoundProject,
    kind: OrphanKind,
    owner: Tenant | None,
    cost: float,
    said: str,
    *,
    is_ours: bool = True,
) -> Orphan:
    subdomain = owner.subdomain if owner else None
    return Orphan(kind, project.ref, project.name, subdomain, project.status, cost, said, is_ours)


async def _ghosts(ports: ProvisionPorts, tenants: Sequence[Tenant], listed: set[ProjectRef]) -> list[Orphan]:
    """Find the tenants whose project is gone. Each is asked for by itself: a list leaves out what is on its way."""
    found = []
    for tenant in tenants:
        ref = tenant.project_ref
        if ref is None or ref in listed or tenant.state in {TenantState.PROVISIONING, TenantState.DELETED}:
            continue
        async with ports.registry.transaction() as tx:
            is_busy = await tx.runs.find_open(tenant.subdomain) is not None
        if is_busy or await ports.projects.status(ProjectRef(ref)) is not None:
            continue
        said = f"{tenant.subdomain} is {tenant.state}, and Supabase has no such project"
        name = tenant.project_name or ref
        found.append(Orphan(OrphanKind.RECORD, ref, name, tenant.subdomain, _GONE, 0.0, said, is_ours=True))
    return found


def _dns_records(records: Sequence[ZoneRecord], tenants: Sequence[Tenant], domain: str) -> Iterable[Orphan]:
    living: Mapping[str, Tenant] = {
        f"{one.subdomain}.{domain}": one for one in tenants if one.state is not TenantState.DELETED
    }
    for record in records:
        if record.name not in living:
            subdomain = record.name.removesuffix(f".{domain}")
            said = f"leads to {record.target}, and there is no tenant {subdomain}"
            yield Orphan(
                OrphanKind.DNS_RECORD, record.name, record.name, subdomain, "active", 0.0, said, is_ours=True
            )
