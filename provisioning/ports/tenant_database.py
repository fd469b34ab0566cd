"""A tenant's own database, and the schemas it can have."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from provisioning.domain.drift import Print
from provisioning.domain.project import DatabaseAddress
from provisioning.domain.schema_files import SchemaFile
from provisioning.domain.secret import Secret
from provisioning.domain.seeds import Seeds


@dataclass(frozen=True)
class AdminRow:
    """A row of the tenant's `users`."""

    user_id: str
    email: str
    full_name: str
    role: str


@dataclass(frozen=True)
class Census:
    """How much is in a tenant's database."""

    users: int
    rows: int
    size_bytes: int
    last_upload: datetime | None


@dataclass(frozen=True)
class StatementStatistics:
    """A statement that a tenant's database has executed, without its values; `seconds` are of all its calls."""

    query: str
    calls: int
    rows: int
    seconds: float


class TenantDatabase(Protocol):
    """One open session on a tenant's database."""

    async def apply_schema(
        self, files: Sequence[SchemaFile], *, lock_seconds: float | None = None
    ) -> Sequence[str]:
        """Apply what is missing in one transaction and record the versions; return the versions applied now.

        `lock_seconds`: for a tenant at work. No statement waits longer for a lock, which raises Transient (`locked`),
        and one that fails is named. Raises Permanent (`schema`) naming file and line.
        """
        ...

    async def tables(self) -> frozenset[str]:
        """Name the base tables of schema public."""
        ...

    async def schema_version(self) -> str | None: ...
    async def schema_versions(self) -> Sequence[str]:
        """All versions that are recorded, as `supabase migration list` reads them; oldest first."""
        ...

    async def fingerprint(self) -> Print:
        """Read every definition there is, by one query."""
        ...

    async def vendor_configurations(self) -> Mapping[str, Any]:
        """The default vendor configurations, by vendor, active or not."""
        ...

    async def size_bytes(self) -> int: ...
    async def identity(self) -> str:
        """Tell this database from every other, whatever address it was reached by."""
        ...

    async def seed(self, seeds: Seeds) -> tuple[int, int]:
        """Insert what is missing; return how many vendor configurations and resellers were inserted now."""
        ...

    async def default_vendors(self) -> frozenset[str]:
        """Name the vendors with an active default configuration."""
        ...

    async def admins(self) -> Sequence[AdminRow]:
        """All users with role admin, oldest first."""
        ...

    async def find_user(self, email: str) -> AdminRow | None: ...
    async def ensure_user(self, *, email: str, password_hash: str, full_name: str, role: str) -> AdminRow:
        """Insert the user, or give the one with this e-mail this password hash."""
        ...

    async def remove_user(self, email: str) -> None:
        """Remove a user and, by cascade, all that belongs to it."""
        ...

    async def change_email(self, old: str, new: str) -> None:
        """Give a user another e-mail address; nothing happens when there is no such user."""
        ...

    async def remove_probe_users(self, *, domain: str) -> None:
        """Remove users named tenantbot-probe-… at this domain, which a killed verification left behind."""
        ...

    async def remove_uploads_named(self, start: str) -> None:
        """Remove the upload batches whose file's name starts so, and their rows."""
        ...

    async def census(self) -> Census: ...
    async def statements(self, *, limit: int) -> Sequence[StatementStatistics]:
        """What pg_stat_statements has of this database, the most time first. Raises Permanent where it is not there."""
        ...

    async def change_password(self, password: Secret) -> None:
        """Give the role that we are here another password."""
        ...

    async def foreign_rows(self, *, admin_email: str) -> dict[str, int]:
        """Count, by table, the rows that the provisioning run did not write. Empty: only ours are there."""
        ...


class SchemaFolder(Protocol):
    """TENANT_SCHEMA_DIR as it is now: a file that is added there needs no restart."""

    async def files(self) -> Sequence[SchemaFile]:
        """All files, oldest first. Raises Permanent, naming what is wrong with the folder."""
        ...


class SchemaTrials(Protocol):
    """A database that is no tenant's, where a schema is tried."""

    async def fingerprint(self, files: Sequence[SchemaFile]) -> Print:
        """What a tenant is made of after exactly these files. Raises Permanent naming the file and line that fails."""
        ...


class TenantDatabases(Protocol):
    def open(self, address: DatabaseAddress, password: Secret) -> AbstractAsyncContextManager[TenantDatabase]:
        """Connect. Raises Transient while the pooler does not know a new project yet, Permanent on a wrong password."""
        ...
