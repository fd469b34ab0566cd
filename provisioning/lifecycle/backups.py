"""A backup that is made now and proved: what must be there before anything of a tenant is destroyed."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from provisioning.domain.backup import ARCHIVES, BACKUPS, MANIFEST, NOT_PROVED, BackupRef, Proof, today_folder
from provisioning.domain.tenant import Tenant
from provisioning.errors import Permanent
from provisioning.ports import Backups
from provisioning.provision.ports import At

_MOST_TOLD: Final = 5


def backups_of(at: At) -> Backups:
    if at.ports.backups is None:
        raise Permanent("ARCHIVE_URL is not set any more; nothing was destroyed.", code="no_archive")
    return at.ports.backups


async def make_backup(at: At, tenant: Tenant, *, since: datetime) -> BackupRef:
    """Dump the tenant straight to the archive. One of this run that is complete, and not older than `since`, is kept.

    Age alone would trust clocks: of two machines, or of one that was set back.
    """
    backups = backups_of(at)
    async with at.ports.registry.transaction() as tx:
        stored = await tx.tenants.secrets(at.subdomain)
    if stored.address is None or stored.password is None or tenant.project_ref is None:
        raise Permanent(
            f"The registry has no database for {at.subdomain}, so nothing can be backed up.",
            code="no_database",
        )
    password = at.ports.vault.open(stored.password, subdomain=at.subdomain, field="project_password")
    return await backups.make(
        subdomain=at.subdomain,
        project_ref=tenant.project_ref,
        run_id=at.run_id,
        address=stored.address,
        password=password,
        folder=await _folder(at, backups, since),
    )


async def prove(at: At, backup: BackupRef, *, spared: str, again_from: int | None = None) -> Proof:
    """Read back what was archived, restore and compare it. Raises Permanent, and says what is `spared` by that.

    A backup that fails is marked, stays where it is, and is never proved again: another one is to be made.
    """
    backups, mark = backups_of(at), f"{backup.folder}/{NOT_PROVED}"
    if mark in await backups.list(backup.folder):
        raise _failed(backup, (await backups.read(mark))["differences"], spared, again_from)
    proof = await backups.prove(backup.folder, manifest_sha256=backup.manifest_sha256)
    if not proof.ok:
        await backups.write(mark, {"run_id": at.run_id, "differences": list(proof.differences)})
        raise _failed(backup, proof.differences, spared, again_from)
    return proof


def _failed(backup: BackupRef, differences: Sequence[str], spared: str, again_from: int | None) -> Permanent:
    told = "; ".join(differences[:_MOST_TOLD])
    more = len(differences) - _MOST_TOLD
    return Permanent(
        f"The backup {backup.folder} is not what was in the tenant, so {spared}: {told}"
        + (f"; and {more} more" if more > 0 else "")
        + ". It stays there to be looked at; a retry takes another one.",
        code="not_proved",
        again_from=again_from,
    )


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
        is_young = datetime.fromisoformat(str(manifest["taken_at"])) >= since
        if is_young and manifest.get("run_id") == at.run_id:
            return folder
    raise AssertionError("names have no end")


def _names(subdomain: str, day: datetime) -> Iterator[str]:
    taken: list[str] = []
    while True:
        taken.append(today_folder(subdomain, day, taken))
        yield taken[-1]
