"""Step 4: what was archived is read back, restored, and compared with what was in the tenant. Else nothing goes on.

A backup that fails is marked, stays where it is, and is never proved again: a retry archives another one first.
"""

from datetime import timedelta

from provisioning.deprovision.step3_archive_backup import archive_backup
from provisioning.domain.backup import BackupRef, Proof
from provisioning.engine.step import step
from provisioning.lifecycle.backups import prove
from provisioning.provision.ports import At


@step(
    4,
    "Prove backup",
    typical=timedelta(minutes=2),
    deadline=timedelta(hours=2),
    no_undo="a proof leaves nothing behind",
    detail=lambda proof: f"restored and equal: {proof.tables} tables, {proof.rows} rows",
)
async def prove_backup(at: At, backup: BackupRef) -> Proof:
    await at.note("restoring what was archived, and comparing it")
    return await prove(at, backup, spared="nothing is deleted", again_from=archive_backup.number)
