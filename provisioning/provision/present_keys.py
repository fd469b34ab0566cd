"""The project's keys and address as Supabase has them now, in the place of what the registry has."""

from provisioning.domain.project import Project, ProjectRef
from provisioning.domain.secret import Sealed, Secret
from provisioning.errors import Permanent
from provisioning.provision.ports import At


async def seal_present_keys(at: At) -> Project:
    """Replace what we have by what is so. Safe to repeat."""
    project = await _present(at)
    url = at.ports.vault.seal(Secret(project.url), subdomain=at.subdomain, field="database_url")
    async with at.ports.registry.transaction() as tx:
        await at.hold(tx)
        await tx.tenants.store_project(at.subdomain, project, sealed_url=url)
    return project


async def _present(at: At) -> Project:
    async with at.ports.registry.transaction() as tx:
        tenant, stored = await tx.tenants.find(at.subdomain), await tx.tenants.secrets(at.subdomain)
    if tenant is None or tenant.project_ref is None or stored.password is None:
        raise Permanent(f"The registry has no project of {at.subdomain}.", code="no_database")
    projects, ref = at.ports.projects, ProjectRef(tenant.project_ref)
    found, keys = await projects.status(ref), await projects.keys(ref)
    if found is None:
        raise Permanent(f"The project of {at.subdomain} does not exist any more.", code="project_gone")

    def seal(key: Secret, field: str) -> Sealed:
        return at.ports.vault.seal(key, subdomain=at.subdomain, field=field)

    return Project(
        ref=ref,
        name=found.name,
        region=found.region,
        url=projects.url(ref),
        address=await projects.address(ref),
        password=stored.password,
        anon_key=seal(keys.anon, "anon_key"),
        service_key=seal(keys.service, "service_key"),
    )
