"""The verbs that put a backup back: into a database, or as a tenant again."""

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from provisioning.control_plane.archived_tenant import read_archived_tenant
from provisioning.control_plane.desk import Desk
from provisioning.control_plane.requests import Started, continue_run, new_run, refuse_in_lockdown, start_run
from provisioning.domain.actor import Actor, Role
from provisioning.domain.backup import ARCHIVES, BACKUPS, Proof
from provisioning.domain.run import RunKind
from provisioning.domain.secret import Secret
from provisioning.domain.subdomain import subdomain_fault
from provisioning.errors import FieldError, InvalidRequest, Refused
from provisioning.ports import Backups
from provisioning.registry import AuditEntry
from provisioning.restore.request import RestoreRequest

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
            await self._find(folder)
            target = _database_of(dsn)
            await self._record(actor, subdomain, "begun", f"{folder} into {target}")
            proof = await self._backups().restore(folder, dsn=dsn)
        said = f"{len(proof.differences)} differences" if proof.differences else "all equal"
        await self._record(
            actor, subdomain, "done" if proof.ok else "failed", f"{folder} into {target}: {said}"
        )
        return proof

    async def as_tenant(
        self, actor: Actor, archive: str, subdomain: str, *, origin: Mapping[str, Any] | None = None
    ) -> Started:
        """Start making a tenant anew from its archive: in the place of its own tombstone, or at a subdomain that is free.

        Raises Refused when there is no such backup, or when the subdomain is somebody else's.
        """
        asked = {"archive": archive}
        async with self._desk.admit(actor, Role.OPERATOR, _ACTION, subdomain=subdomain, request=asked):
            if fault := subdomain_fault(subdomain):
                raise InvalidRequest([FieldError("as_tenant", fault)])
            folder = await self._find(archive)
            archived = await read_archived_tenant(self._backups(), self._desk.registry, folder)
            request = RestoreRequest(
                tenant=archived.request(subdomain, default_region=self._desk.defaults.region),
                archive=folder,
                manifest_sha256=archived.manifest_sha256,
            )
            run = new_run(self._desk, actor, RunKind.RESTORE, subdomain, request.to_json(), origin)
            async with self._desk.registry.transaction() as tx:
                if (open_run := await tx.runs.find_open(subdomain)) is not None:
                    return await continue_run(tx, actor, open_run, RunKind.RESTORE, run.request)
                await refuse_in_lockdown(tx)
                there = await tx.tenants.find(subdomain)
                revived = there is not None and archived.is_of(there)
                tenant = await (
                    tx.tenants.exhume(request.tenant) if revived else tx.tenants.reserve(request.tenant)
                )
                return await start_run(tx, actor, run, tenant.tenant_id)

    async def _find(self, archive: str) -> str:
        folder = archive.strip().rstrip("/")
        if not _FOLDER.fullmatch(folder) or not await self._backups().list(folder):
            raise Refused(
                f"The archive has no backup {archive}; they are named like {BACKUPS}/customerinc-20261124.",
                code="unknown_backup",
                field="archive",
            )
        return folder

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
