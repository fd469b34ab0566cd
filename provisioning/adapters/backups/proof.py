"""Proves a backup: every byte read back from the archive, restored into a database of its own, everything compared."""

import asyncio
import hashlib
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import asyncpg

from provisioning.adapters.backups.archive import BackupArchive, MissingFile
from provisioning.adapters.backups.contents import read_contents
from provisioning.adapters.backups.server import Server
from provisioning.adapters.catalog.reading import quoted, settle
from provisioning.adapters.tenant_database.errors import translated
from provisioning.domain.backup import MANIFEST, Contents, Manifest, StoredFile
from provisioning.domain.secret import Secret
from provisioning.errors import Permanent

_LONGEST_NAME: Final = 63
_PREFIX: Final = "tenantbot_proof_"


class Damaged(Permanent):
    """What the archive holds is not what was written to it."""

    code = "damaged"


async def read_manifest(archive: BackupArchive, folder: str, *, sha256: str | None = None) -> Manifest:
    """Read the manifest, which must be the one of this fingerprint. Raises Damaged, or MissingFile."""
    raw = await archive.get_bytes(f"{folder}/{MANIFEST}")
    if sha256 is not None and hashlib.sha256(raw).hexdigest() != sha256:
        raise Damaged(f"{folder}/{MANIFEST} is not the one that was written with the backup.")
    return parse_manifest(raw, folder)


def parse_manifest(raw: bytes, folder: str) -> Manifest:
    try:
        return Manifest.from_json(json.loads(raw))
    except ValueError as fault:
        raise Damaged(f"{folder}/{MANIFEST} can't be read: {fault}.") from fault


async def download(archive: BackupArchive, folder: str, manifest: Manifest, into: Path) -> None:
    """Fetch every file, and check each byte of it. Raises Damaged that names all files that are not as written."""
    damaged = []
    for name, expected in sorted(manifest.files.items()):
        try:
            stored = await _fetch(archive, f"{folder}/{name}", into / name)
        except MissingFile:
            damaged.append(f"{folder}/{name} is missing")
            continue
        if stored != expected:
            damaged.append(
                f"{folder}/{name} has other bytes than were written ({stored.bytes} instead of {expected.bytes})"
                if stored.bytes != expected.bytes
                else f"{folder}/{name} has other bytes than were written"
            )
    if damaged:
        raise Damaged("; ".join(damaged))


async def _fetch(archive: BackupArchive, path: str, to: Path) -> StoredFile:
    digest, size = hashlib.sha256(), 0
    with await asyncio.to_thread(to.open, "wb") as file:
        async for chunk in archive.get(path):
            digest.update(chunk)
            size += len(chunk)
            await asyncio.to_thread(file.write, chunk)
    return StoredFile(digest.hexdigest(), size)


async def check_proof_server(dsn: Secret) -> str:
    """Say where backups are proved. Raises Permanent when no database may be made there."""
    server = Server.from_dsn(dsn, name="PROOF_DATABASE_URL")
    async with server.connect("Connecting to the server for the proof (PROOF_DATABASE_URL)") as connection:
        await _require_rights(connection, server)
    return f"{server.user} may make databases on {server.host}"


@asynccontextmanager
async def scratch_database(server: Server, folder: str) -> AsyncIterator[Server]:
    """Make an empty database and drop it in any case; one that a killed proof of this folder left is dropped first."""
    name = scratch_name(folder)
    async with server.connect("Connecting to the server for the proof (PROOF_DATABASE_URL)") as connection:
        with translated("Making a database for the proof"):
            await _require_rights(connection, server)
            # One proof of a folder at a time: the next one waits, and drops nothing that is in use.
            await connection.execute("select pg_advisory_lock(hashtextextended($1, 0))", name)
            await connection.execute(f"drop database if exists {quoted(name)} with (force)")
            await connection.execute(f"create database {quoted(name)} template template0 encoding 'UTF8'")
        try:
            yield server.at(name)
        finally:
            with translated("Dropping the database of the proof"):
                await connection.execute(f"drop database if exists {quoted(name)} with (force)")


def scratch_name(folder: str) -> str:
    """Carry the folder's name as far as it fits, and tell any two folders apart."""
    words = re.sub(r"[^a-z0-9]+", "_", folder.lower()).strip("_")
    tail = f"_{hashlib.sha256(folder.encode()).hexdigest()[:8]}"
    return f"{_PREFIX}{words}"[: _LONGEST_NAME - len(tail)] + tail


async def _require_rights(connection: asyncpg.Connection, server: Server) -> None:
    may = await connection.fetchval(
        "select rolcreatedb or rolsuper from pg_catalog.pg_roles where rolname = current_user"
    )
    if not may:
        raise Permanent(
            f"{server.user} may not create databases on {server.host}, so no backup can be proved there; "
            "name a PostgreSQL server where one may in PROOF_DATABASE_URL.",
            code="proof_database",
        )


async def read_restored(target: Server, like: Contents) -> tuple[str, Contents]:
    """Read what was restored, and the version of the server it was restored in."""
    async with target.connect("Connecting to the restored database") as connection:
        with translated("Reading the restored database"):
            await settle(connection)
            version: str = await connection.fetchval("show server_version")
            return version, await read_contents(connection, like=like)
