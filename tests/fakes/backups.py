"""Backups in memory: what a fake tenant database holds, copied and compared."""

import copy
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from provisioning.domain.backup import MANIFEST, BackupRef, Contents, Manifest, Proof, TableManifest
from provisioning.domain.project import DatabaseAddress
from provisioning.domain.secret import Secret
from provisioning.errors import Permanent, Refused
from provisioning.ports import Clock
from tests.fakes.tenant_database import FakeTenantDatabase, FakeTenantDatabases


@dataclass(frozen=True)
class KeptBackup:
    """A complete backup. `state` is what the database was made of when it was taken."""

    ref: BackupRef
    subdomain: str
    project_ref: str
    run_id: str
    state: dict[str, Any]


class FakeBackups:
    """Implements the port Backups. What is kept, and what goes wrong, are its attributes."""

    def __init__(self, databases: FakeTenantDatabases, clock: Clock) -> None:
        self._databases = databases
        self._clock = clock
        self.kept: dict[str, KeptBackup] = {}
        """By folder."""
        self.documents: dict[str, dict[str, Any]] = {}
        """By path."""
        self.proved: list[str] = []
        """Folders that were found to be what was in the tenant, in the order of the proofs."""
        self.not_in_dump: list[str] = []
        """What a dump could not hold, such as `Storage objects: 3 in bucket invoices`."""
        self.damage: dict[str, str] = {}
        """What a proof of a folder finds wrong."""
        self.tools_fault: Permanent | None = None
        self.targets: dict[str, FakeTenantDatabase] = {}
        """Databases to restore into, by address."""

    async def check_tools(self, address: DatabaseAddress, password: Secret) -> str:
        async with self._databases.open(address, password):
            pass
        if self.tools_fault is not None:
            raise self.tools_fault
        return "pg_dump 18.6 in memory"

    async def make(
        self,
        *,
        subdomain: str,
        project_ref: str,
        run_id: str,
        address: DatabaseAddress,
        password: Secret,
        folder: str,
    ) -> BackupRef:
        if (there := self.kept.get(folder)) is not None:
            if (there.subdomain, there.project_ref, there.run_id) != (subdomain, project_ref, run_id):
                raise Permanent(f"{folder} holds the backup of another project or run.", code="folder_taken")
            return there.ref
        await self.check_tools(address, password)
        async with self._databases.open(address, password) as database:
            if self.not_in_dump:
                raise Permanent(
                    f"A backup of {subdomain} would lose what no dump of its database holds: "
                    f"{'; '.join(self.not_in_dump)}.",
                    code="not_in_dump",
                )
            state = copy.deepcopy(database.contents())
        ref = BackupRef(
            folder=folder,
            manifest_sha256=_fingerprint(folder, state),
            bytes=len(repr(state)),
            tables=len(state["table_names"]),
            rows=len(state["users"])
            + len(state["vendors"])
            + len(state["resellers"])
            + len(state["batches"]),
        )
        self.kept[folder] = KeptBackup(ref, subdomain, project_ref, run_id, state)
        self.documents[f"{folder}/{MANIFEST}"] = Manifest(
            subdomain=subdomain,
            project_ref=project_ref,
            run_id=run_id,
            taken_at=self._clock.now().isoformat(),
            server_version="18.6",
            pg_dump_version="18.6",
            contents=_contents(state),
            files={},
            not_in_dump=(),
        ).to_json()
        return ref

    async def prove(self, folder: str, *, manifest_sha256: str) -> Proof:
        there = self.kept.get(folder)
        if there is None:
            return _proof(None, f"{folder}/manifest.json is missing")
        if there.ref.manifest_sha256 != manifest_sha256:
            return _proof(there, f"{folder}/manifest.json is not the one that was written with the backup")
        if folder in self.damage:
            return _proof(there, self.damage[folder])
        self.proved.append(folder)
        return replace(_proof(there), manifest_sha256=manifest_sha256)

    async def restore(self, folder: str, *, dsn: Secret) -> Proof:
        target = self.targets.setdefault(dsn.reveal(), FakeTenantDatabase())
        if target.table_names:
            raise Refused("The database is not empty.", code="not_empty")
        there = self.kept[folder]
        vars(target).update(copy.deepcopy(there.state))
        return _proof(there)

    async def restore_tenant(
        self, folder: str, *, address: DatabaseAddress, password: Secret, manifest_sha256: str | None
    ) -> Proof:
        there = self.kept[folder]
        if manifest_sha256 not in {None, there.ref.manifest_sha256}:
            raise Permanent(f"{folder}/manifest.json is not the one that was written.", code="damaged")
        async with self._databases.open(address, password) as target:
            if target.table_names and target.contents() != there.state:
                raise Refused("The database is not empty.", code="not_empty")
            vars(target).update(copy.deepcopy(there.state))
        return _proof(there, *([self.damage[folder]] if folder in self.damage else []))

    async def changed_since(
        self, folder: str, *, address: DatabaseAddress, password: Secret
    ) -> Sequence[str]:
        async with self._databases.open(address, password) as database:
            return [
                name for name, value in database.contents().items() if value != self.kept[folder].state[name]
            ]

    async def move(self, folder: str, to: str) -> None:
        if to not in self.kept and folder not in self.kept:
            raise Permanent(f"The archive has no {folder}.", code="archive_missing")
        if (there := self.kept.pop(folder, None)) is not None:
            self.kept[to] = there
        for path in [one for one in self.documents if one.startswith(f"{folder}/")]:
            self.documents[to + path.removeprefix(folder)] = self.documents.pop(path)

    async def write(self, path: str, document: Mapping[str, Any]) -> None:
        self.documents[path] = copy.deepcopy(dict(document))

    async def read(self, path: str) -> dict[str, Any]:
        if path not in self.documents:
            raise Permanent(f"The archive has no {path}.", code="archive_missing")
        return copy.deepcopy(self.documents[path])

    async def list(self, prefix: str) -> Sequence[str]:
        files = [f"{folder}/{name}" for folder in self.kept for name in ("database.dump",)]
        return sorted(path for path in (*files, *self.documents) if path.startswith(f"{prefix.rstrip('/')}/"))


def _contents(state: Mapping[str, Any]) -> Contents:
    counted = {"users": len(state["users"]), "vendor_configs": len(state["vendors"])}
    counted |= {"resellers": len(state["resellers"]), "upload_batches": len(state["batches"])}
    tables = tuple(
        TableManifest("public", name, (), (), counted.get(name, 0), "")
        for name in sorted(state["table_names"])
    )
    return Contents(
        schemas=("public",), tables=tables, carried=(), sequences=(), extensions=(), roles=(), catalog={}
    )


def _fingerprint(folder: str, state: object) -> str:
    return hashlib.sha256(f"{folder} {state!r}".encode()).hexdigest()


def _proof(backup: KeptBackup | None, *differences: str) -> Proof:
    ref = backup.ref if backup else None
    return Proof(
        ok=not differences,
        differences=differences,
        tables=ref.tables if ref else 0,
        rows=ref.rows if ref else 0,
        restored_in="memory",
        seconds=0.1,
    )
