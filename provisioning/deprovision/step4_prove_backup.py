"""Step 4: what was archived is read back, restored, and compared with what was in the tenant. Else nothing goes on."""

from datetime import timedelta

from provisioning.deprovision.step3_archive_backup import backups_of
from provisioning.domain.backup import BackupRef, Proof
from provisioning.engine.step import step
from provisioning.errors import Permanent
from provisioning.provision.ports import At

_MOST_TOLD = 5


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
    proof = await backups_of(at).prove(backup.folder, manifest_sha256=backup.manifest_sha256)
    if not proof.ok:
        told = "; ".join(proof.differences[:_MOST_TOLD])
        more = len(proof.differences) - _MOST_TOLD
        raise Permanent(
            f"The backup {backup.folder} is not what was in the tenant, so nothing is deleted: {told}"
            + (f"; and {more} more" if more > 0 else ""),
            code="not_proved",
        )
    return proof
