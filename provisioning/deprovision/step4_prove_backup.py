"""Step 4: what was archived is read back, restored, and compared with what was in the tenant. Else nothing goes on.

A backup that fails is marked, stays where it is, and is never proved again: a retry archives another one first.
"""

from collections.abc import Sequence
from datetime import timedelta

from provisioning.deprovision.step3_archive_backup import archive_backup, backups_of
from provisioning.domain.backup import NOT_PROVED, BackupRef, Proof
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
    backups, mark = backups_of(at), f"{backup.folder}/{NOT_PROVED}"
    if mark in await backups.list(backup.folder):
        raise _failed(backup, (await backups.read(mark))["differences"])
    await at.note("restoring what was archived, and comparing it")
    proof = await backups.prove(backup.folder, manifest_sha256=backup.manifest_sha256)
    if not proof.ok:
        await backups.write(mark, {"run_id": at.run_id, "differences": list(proof.differences)})
        raise _failed(backup, proof.differences)
    return proof


def _failed(backup: BackupRef, differences: Sequence[str]) -> Permanent:
    told = "; ".join(differences[:_MOST_TOLD])
    more = len(differences) - _MOST_TOLD
    return Permanent(
        f"The backup {backup.folder} is not what was in the tenant, so nothing is deleted: {told}"
        + (f"; and {more} more" if more > 0 else "")
        + ". It stays there to be looked at; a retry takes another one.",
        code="not_proved",
        again_from=archive_backup.number,
    )
