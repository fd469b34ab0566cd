"""The verb that puts a backup back, into a new database."""

import re
from typing import Final
from urllib.parse import urlsplit

from provisioning.control_plane.desk import Desk
from provisioning.domain.actor import Actor, Role
from provisioning.domain.backup import ARCHIVES, BACKUPS, Proof
from provisioning.domain.secret import Secret
from provisioning.errors import Refused
from provisioning.ports import Backups
from provisioning.registry import AuditEntry

_FOLDER: Final = re.compile(rf"(?:{BACKUPS}|{ARCHIVES})/(?P<subdomain>[a-z0-9-]+?)-\d{{8}}(?:-\d+)?")
_ACTION: Final = "restore"


class Restores:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def into_database(self, actor: Actor, archive: str, dsn: Secret) -> Proof:
        """Restore a folder of the archive into an empty database, and compare it. Touches no other database.

        Raises Refused when there is no such backup, or when the database is not empty.
        """
        folder = archive.strip().rstrip("/")
        match = _FOLDER.fullmatch(folder)
        subdomain = match["subdomain"] if match else None
        async with self._desk.admit(actor, Role.OPERATOR, _ACTION, subdomain=subdomain):
            backups = self._backups()
            if match is None or not await backups.list(folder):
                raise Refused(
                    f"The archive has no backup {archive}; they are named like {BACKUPS}/customerinc-20261124.",
                    code="unknown_backup",
                    field="archive",
                )
            target = _database_of(dsn)
            await self._record(actor, subdomain, "begun", f"{folder} into {target}")
            proof = await backups.restore(folder, dsn=dsn)
        said = f"{len(proof.differences)} differences" if proof.differences else "all equal"
        await self._record(
            actor, subdomain, "done" if proof.ok else "failed", f"{folder} into {target}: {said}"
        )
        return proof

    def _backups(self) -> Backups:
        if self._desk.ports.backups is None:
            raise Refused("There is no archive; set ARCHIVE_URL to where the backups are.", code="no_archive")
        return self._desk.ports.backups

    async def _record(self, actor: Actor, subdomain: str | None, result: str, what: str) -> None:
        async with self._desk.registry.transaction() as tx:
            await tx.audit.append(
                actor, AuditEntry(action=_ACTION, result=result, subdomain=subdomain, reason=what)
            )


def _database_of(dsn: Secret) -> str:
    """Name the database without its login. Raises Refused when this is no address of one."""
    url = urlsplit(dsn.reveal())
    if url.scheme not in {"postgresql", "postgres"} or not url.path.strip("/"):
        raise Refused(
            "--to is not the address of a database, such as postgresql://user:password@host:5432/database.",
            code="bad_dsn",
            field="to",
        )
    return f"{url.path.strip('/')} on {url.hostname or 'this machine'}"
