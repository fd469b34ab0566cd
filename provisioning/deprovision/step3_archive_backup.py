"""Step 3: a backup goes straight to the archive (guide 14.5, 1). Re-enters by looking: a complete one of ours is kept.

Ours is one that this run took after the tenant was suspended. One of a deprovision that was undone lacks what was
written since, so it gets a neighbour; so does one whose proof has failed.
"""

from datetime import timedelta

from provisioning.deprovision.clearance import require_clearance
from provisioning.deprovision.step1_suspend_tenant import Suspended
from provisioning.domain.backup import BackupRef
from provisioning.engine.step import step
from provisioning.lifecycle.backups import backups_of, make_backup
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
    backups_of(at)
    async with at.ports.registry.transaction() as tx:
        tenant, _ = await require_clearance(at, tx)
    await at.note("dumping, and writing to the archive")
    return await make_backup(at, tenant, since=suspended.at)
