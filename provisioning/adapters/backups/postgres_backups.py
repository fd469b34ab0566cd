"""Backups by PostgreSQL's own programs: made, proved, restored, kept."""

import hashlib
import json
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from provisioning.adapters.backups.archive import BackupArchive, MissingFile
from provisioning.adapters.backups.dump import take_backup
from provisioning.adapters.backups.fitting import tools_for
from provisioning.adapters.backups.half_made import clear, is_half_made, mark_half_made, mark_whole
from provisioning.adapters.backups.proof import (
    Damaged,
    download,
    parse_manifest,
    read_manifest,
    read_restored,
    scratch_database,
)
from provisioning.adapters.backups.restore import RestoreFailed, refuse_occupied, restore_files
from provisioning.adapters.backups.server import Server
from provisioning.adapters.backups.tools import Tools, find_tools
from provisioning.domain.backup import MANIFEST, BackupRef, Manifest, Proof
from provisioning.domain.backup_comparison import differences, row_differences
from provisioning.domain.project import DatabaseAddress
from provisioning.domain.secret import Secret
from provisioning.errors import Permanent, Refused
from provisioning.ports import Clock


class PostgresBackups:
    """Implements the port Backups."""

    def __init__(
        self,
        archive: BackupArchive,
        *,
        proof_server: Secret,
        clock: Clock,
        bin_dir: Path | None = None,
        ca_file: Path | None = None,
    ) -> None:
        self._archive = archive
        self._proof_server = proof_server
        self._clock = clock
        self._bin_dir = bin_dir
        self._ca_file = ca_file

    async def check_tools(self, address: DatabaseAddress, password: Secret) -> str:
        return str(await self._tools(self._tenant(address, password)))

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
        if (made := await self._find_complete(folder)) is not None:
            ref, manifest = made
            if (manifest.subdomain, manifest.project_ref, manifest.run_id) != (
                subdomain,
                project_ref,
                run_id,
            ):
                raise Permanent(
                    f"{folder} holds the backup of another project or run ({manifest.project_ref}).",
                    code="folder_taken",
                )
            return ref
        source = self._tenant(address, password)
        tools = await self._tools(source)
        for path, _ in await self._archive.list(folder):
            await self._archive.delete(path)
        manifest = await take_backup(
            self._archive,
            source,
            tools,
            folder=folder,
            subdomain=subdomain,
            project_ref=project_ref,
            run_id=run_id,
            now=self._clock.now(),
        )
        written = await self._archive.put_json(f"{folder}/{MANIFEST}", manifest.to_json())
        return _ref(folder, manifest, sha256=written.sha256, size=written.bytes)

    async def prove(self, folder: str, *, manifest_sha256: str) -> Proof:
        started = time.monotonic()
        manifest: Manifest | None = None
        where = "nowhere"
        found: Sequence[str] = []
        notes: Sequence[str] = []
        try:
            manifest = await read_manifest(self._archive, folder, sha256=manifest_sha256)
            with tempfile.TemporaryDirectory(prefix="tenantbot-proof-") as private:
                await download(self._archive, folder, manifest, Path(private))
                server = Server.from_dsn(self._proof_server, name="PROOF_DATABASE_URL")
                async with scratch_database(server, folder) as target:
                    where = f"{target.database} on {target.host}"
                    notes, found = await self._restore(target, manifest, Path(private))
        except (Damaged, MissingFile, RestoreFailed) as fault:
            found = [fault.message]
        proof = _proof(manifest, found, notes, where, time.monotonic() - started)
        return replace(proof, manifest_sha256=manifest_sha256)

    async def restore(self, folder: str, *, dsn: Secret) -> Proof:
        started = time.monotonic()
        target = Server.from_dsn(dsn, name="The database to restore into")
        manifest = await read_manifest(self._archive, folder)
        await refuse_occupied(target)
        with tempfile.TemporaryDirectory(prefix="tenantbot-restore-") as private:
            await download(self._archive, folder, manifest, Path(private))
            notes, found = await self._restore(target, manifest, Path(private))
        where = f"{target.database} on {target.host}"
        return _proof(manifest, found, notes, where, time.monotonic() - started)

    async def restore_tenant(
        self, folder: str, *, address: DatabaseAddress, password: Secret, manifest_sha256: str | None
    ) -> Proof:
        started = time.monotonic()
        target = self._tenant(address, password)
        manifest = await read_manifest(self._archive, folder, sha256=manifest_sha256)
        notes: Sequence[str] = []
        if await is_half_made(target, folder):
            await clear(target)
        try:
            await refuse_occupied(target)
        except Refused:  # perhaps by this very backup, put there by a try whose end nobody has recorded
            if found := await self._differences(target, manifest):
                raise
        else:
            await mark_half_made(target, folder)
            with tempfile.TemporaryDirectory(prefix="tenantbot-restore-") as private:
                await download(self._archive, folder, manifest, Path(private))
                notes, found = await self._restore(target, manifest, Path(private))
            if not found:
                await mark_whole(target)
        where = f"{target.database} on {target.host}"
        return _proof(manifest, found, notes, where, time.monotonic() - started)

    async def changed_since(
        self, folder: str, *, address: DatabaseAddress, password: Secret
    ) -> Sequence[str]:
        manifest = await read_manifest(self._archive, folder)
        _, found = await read_restored(self._tenant(address, password), manifest.contents)
        return row_differences(manifest.contents, found)

    async def move(self, folder: str, to: str) -> None:
        """Move the manifest last: a folder that has one is whole, and a half-moved one goes on where it stopped."""
        there = [path for path, _ in await self._archive.list(folder)]
        if not there:
            if not await self._archive.list(to):
                raise Permanent(f"The archive has no {folder}.", code="archive_missing")
            return
        last = f"{folder}/{MANIFEST}"
        for path in [*(one for one in there if one != last), *(one for one in there if one == last)]:
            await self._archive.rename(path, to + path.removeprefix(folder))

    async def write(self, path: str, document: Mapping[str, Any]) -> None:
        await self._archive.put_json(path, document)

    async def read(self, path: str) -> dict[str, Any]:
        try:
            document: dict[str, Any] = json.loads(await self._archive.get_bytes(path))
        except ValueError as fault:
            raise Damaged(f"{path} can't be read: {fault}.") from fault
        return document

    async def list(self, prefix: str) -> Sequence[str]:
        return [path for path, _ in await self._archive.list(prefix)]

    def _tenant(self, address: DatabaseAddress, password: Secret) -> Server:
        return Server.of_tenant(address, password, ca_file=self._ca_file)

    async def _tools(self, server: Server) -> Tools:
        return await tools_for(server, self._bin_dir)

    async def _restore(
        self, target: Server, manifest: Manifest, files: Path
    ) -> tuple[Sequence[str], Sequence[str]]:
        """Restore and compare; return the notes and the differences."""
        written_by = int(manifest.pg_dump_version.split(".", maxsplit=1)[0])
        tools = await find_tools(self._bin_dir, server_major=written_by)
        notes = await restore_files(target, tools, manifest, files)
        return notes, await self._differences(target, manifest)

    async def _differences(self, target: Server, manifest: Manifest) -> Sequence[str]:
        version, restored = await read_restored(target, manifest.contents)
        same_major = version.split(".", maxsplit=1)[0] == manifest.server_version.split(".", maxsplit=1)[0]
        return differences(manifest.contents, restored, same_major=same_major)

    async def _find_complete(self, folder: str) -> tuple[BackupRef, Manifest] | None:
        """Find a backup whose manifest is there, and with it every file in its full length."""
        sizes = dict(await self._archive.list(folder))
        if f"{folder}/{MANIFEST}" not in sizes:
            return None
        raw = await self._archive.get_bytes(f"{folder}/{MANIFEST}")
        manifest = parse_manifest(raw, folder)
        if any(sizes.get(f"{folder}/{name}") != file.bytes for name, file in manifest.files.items()):
            return None
        return _ref(folder, manifest, sha256=hashlib.sha256(raw).hexdigest(), size=len(raw)), manifest


def _ref(folder: str, manifest: Manifest, *, sha256: str, size: int) -> BackupRef:
    return BackupRef(
        folder=folder,
        manifest_sha256=sha256,
        bytes=size + sum(file.bytes for file in manifest.files.values()),
        tables=len(manifest.contents.tables) + len(manifest.contents.carried),
        rows=manifest.contents.rows,
    )


def _proof(
    manifest: Manifest | None, found: Sequence[str], notes: Sequence[str], where: str, seconds: float
) -> Proof:
    contents = manifest.contents if manifest else None
    return Proof(
        ok=not found,
        differences=tuple(found),
        tables=len(contents.tables) + len(contents.carried) if contents else 0,
        rows=contents.rows if contents else 0,
        restored_in=where,
        seconds=round(seconds, 3),
        notes=tuple(notes),
    )
