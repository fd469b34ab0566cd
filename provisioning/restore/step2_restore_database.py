"""Step 2: put the backup into the new project's database, and compare all of it with the manifest.

Re-enters by looking: a database that holds the backup already is compared once more; one that a killed try has
left half-made is cleared first.
"""

from datetime import timedelta

from provisioning.domain.backup import Proof
from provisioning.domain.project import Project
from provisioning.engine.step import step
from provisioning.errors import Permanent
from provisioning.ports import Backups
from provisioning.provision.ports import At
from provisioning.provision.tenant_session import open_tenant_database
from provisioning.restore.request import RestoreRequest

_MOST_TOLD = 5


@step(
    2,
    "Restore database",
    typical=timedelta(minutes=1),
    deadline=timedelta(hours=2),
    no_undo="what was restored goes with the project",
    detail=lambda proof: f"all as in the manifest: {proof.tables} tables, {proof.rows} rows",
)
async def restore_database(at: At, request: RestoreRequest, project: Project) -> Proof:
    await at.note(f"restoring {request.archive}")
    password = at.ports.vault.open(project.password, subdomain=at.subdomain, field="project_password")
    proof = await backups_of(at).restore_tenant(
        request.archive,
        address=project.address,
        password=password,
        manifest_sha256=request.manifest_sha256,
    )
    if not proof.ok:
        told = "; ".join(proof.differences[:_MOST_TOLD])
        more = len(proof.differences) - _MOST_TOLD
        raise Permanent(
            f"What was restored is not what was backed up: {told}"
            + (f"; and {more} more" if more > 0 else ""),
            code="not_equal",
        )
    for note in proof.notes:
        await at.note(note, lasting=True)
    await _store_schema_version(at, project)
    return proof


def backups_of(at: At) -> Backups:
    if at.ports.backups is None:
        raise Permanent("ARCHIVE_URL is not set any more, so there is nothing to restore.", code="no_archive")
    return at.ports.backups


async def _store_schema_version(at: At, project: Project) -> None:
    async with open_tenant_database(at, project) as database:
        version, size = await database.schema_version(), await database.size_bytes()
    if version is not None:
        async with at.ports.registry.transaction() as tx:
            await tx.tenants.store_schema_version(at.subdomain, version, size_bytes=size)
