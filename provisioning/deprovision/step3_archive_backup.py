"""Step 3: a backup goes straight to the archive (guide 14.5, 1). Re-enters by looking: a complete one of ours is kept.

Ours is one that was taken after the tenant was suspended. An older one, of a deprovision that was undone, lacks
what was written since, so it gets a younger neighbour; so does one whose proof has failed.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from provisioning.deprovision.clearance import require_clearance
from provisioning.deprovision.step1_suspend_tenant import Suspended
from provisioning.domain.backup import ARCHIVES, BACKUPS, MANIFEST, NOT_PROVED, BackupRef, today_folder
from provisioning.engine.step import step
from provisioning.errors import Permanent
from provisioning.ports import Backups
from provisioning.provision.ports import At


@step(
    3,
    "Archive backup",
    typical=timedelta(minutes=2),
    deadline=timedelta(hours=2),
    no_undo="a backup stays",
    detail=lambda backup: (
        f"{backup.folder}: {backup.tables} tables, {backup.rows} rows, {backup.bytes} bytes"
    ),
)
async def archive_backup(at: At, suspended: Suspended, grace: str) -> BackupRef:  # noqa: ARG001 - only after the grace
    backups = backups_of(at)
    async with at.ports.registry.transaction() as tx:
        tenant, _ = await require_clearance(at, tx)
        stored = await tx.tenants.secrets(at.subdomain)
    if stored.address is None or stored.password is None or tenant.project_ref is None:
        raise Permanent(
            f"The registry has no database for {at.subdomain}, so nothing can be backed up.",
            code="no_database",
        )
    password = at.ports.vault.open(stored.password, subdomain=at.subdomain, field="project_password")
    await at.note("dumping, and writing to the archive")
    return await backups.make(
        subdomain=at.subdomain,
        project_ref=tenant.project_ref,
        address=stored.address,
        password=password,
        folder=await _folder(at, backups, suspended.at),
    )


def backups_of(at: At) -> Backups:
    if at.ports.backups is None:
        raise Permanent("ARCHIVE_URL is not set any more; nothing was destroyed.", code="no_archive")
    return at.ports.backups


async def _folder(at: At, backups: Backups, since: datetime) -> str:
    """The day's first folder that is free, or has our backup. A name that rests in the archives is never used again."""
    for folder in _names(at.subdomain, at.started_at):
        if await backups.list(folder.replace(BACKUPS, ARCHIVES, 1)):
            continue
        files = await backups.list(folder)
        if f"{folder}/{NOT_PROVED}" in files:
            continue
        if f"{folder}/{MANIFEST}" not in files:
            return folder
        manifest = await backups.read(f"{folder}/{MANIFEST}")
        if datetime.fromisoformat(str(manifest["taken_at"])) >= since:
            return folder
    raise AssertionError("names have no end")


def _names(subdomain: str, day: datetime) -> Iterator[str]:
    taken: list[str] = []
    while True:
        taken.append(today_folder(subdomain, day, taken))
        yield taken[-1]
