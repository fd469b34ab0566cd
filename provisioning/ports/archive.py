"""The archive, and the backups in it."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from provisioning.domain.audit import Head
from provisioning.domain.backup import BackupRef, Proof
from provisioning.domain.project import DatabaseAddress
from provisioning.domain.secret import Secret


class Archive(Protocol):
    async def check_access(self) -> None: ...
    async def try_out(self) -> None:
        """Write a small file, read it back and delete it. Raises Permanent naming which of them can't be done."""
        ...

    async def keep_head(self, head: Head) -> None:
        """Keep what the audit log ends with now. What is kept under that number already stays as it is."""
        ...

    async def kept_heads(self, *, limit: int) -> Sequence[Head]:
        """The newest heads that were kept, oldest first; what is no head is left out."""
        ...


class Backups(Protocol):
    """Backups of tenant databases, kept in the archive. A folder is named like `backups/customerinc-20261124`."""

    async def check_tools(self, address: DatabaseAddress, password: Secret) -> str:
        """Say which pg_dump is used. Raises Permanent, naming TENANTBOT_PG_BIN, when none is new enough."""
        ...

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
        """Make the backup, or give the complete one of this run that is there.

        Raises Permanent (`not_in_dump`) naming what it could not hold: Storage objects, vault secrets, login roles, …
        """
        ...

    async def prove(self, folder: str, *, manifest_sha256: str) -> Proof:
        """Read every byte back, restore it into a database of its own, compare all with the manifest, drop it.

        A backup that is damaged, or can't be restored, is a proof that is not ok; a server that can't be
        reached, or may not be used for it, raises.
        """
        ...

    async def restore(self, folder: str, *, dsn: Secret) -> Proof:
        """Restore into an empty database, and compare. Raises Refused (`not_empty`) before touching any other."""
        ...

    async def restore_tenant(
        self, folder: str, *, address: DatabaseAddress, password: Secret, manifest_sha256: str | None
    ) -> Proof:
        """Restore into a tenant's new database, and compare. Safe to repeat: what a killed try left half-made is made anew.

        Raises Refused (`not_empty`) when there is anything else than this backup in it.
        """
        ...

    async def changed_since(
        self, folder: str, *, address: DatabaseAddress, password: Secret
    ) -> Sequence[str]:
        """Name the tables whose rows are not, or no longer, those of the backup."""
        ...

    async def move(self, folder: str, to: str) -> None:
        """Move a folder; what is moved already succeeds."""
        ...

    async def write(self, path: str, document: Mapping[str, Any]) -> None: ...
    async def read(self, path: str) -> dict[str, Any]:
        """Raise Permanent (`archive_missing`) when there is no such document."""
        ...

    async def list(self, prefix: str) -> Sequence[str]:
        """Paths of all files under a folder, sorted."""
        ...
