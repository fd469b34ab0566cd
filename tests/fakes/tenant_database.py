"""Tenant databases in memory, reached by address and password."""

import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from provisioning.domain.drift import Print
from provisioning.domain.project import DatabaseAddress
from provisioning.domain.schema_files import SchemaFile
from provisioning.domain.secret import Secret
from provisioning.domain.seeds import Seeds
from provisioning.errors import Permanent, Transient
from provisioning.ports import AdminRow, Census, StatementStatistics

_TABLE = re.compile(r"create table if not exists public\.(\w+)")
_PROBE = "tenantbot-probe-"


@dataclass(frozen=True)
class UserRow:
    user_id: str
    email: str
    full_name: str
    role: str
    password_hash: str

    def shown(self) -> AdminRow:
        return AdminRow(self.user_id, self.email, self.full_name, self.role)


@dataclass(frozen=True)
class Batch:
    """An upload, and the moment from which on it is processed (None: never)."""

    batch_id: str
    uploader: str
    filename: str
    rows: int
    processed_at: float | None
    ends_as: str = "completed"


class FakeTenantDatabase:
    """Implements the port TenantDatabase. Its state is its attributes."""

    def __init__(self) -> None:
        self.versions: list[str] = []
        self.table_names: set[str] = set()
        self.users: dict[str, UserRow] = {}
        self.vendors: dict[str, bool] = {}
        """Default vendor configurations by name, and whether they are active."""
        self.refuses: dict[str, str] = {}
        """What applying a version runs into."""
        self.columns: dict[str, str] = {}
        """Columns that were added by hand."""
        self.seeded: list[dict[str, Any]] = []
        self.edited: dict[str, Any] = {}
        """Vendor configurations that somebody has changed since they were seeded."""
        self.resellers: dict[str, str | None] = {}
        self.batches: dict[str, Batch] = {}
        self.more_rows: Counter[str] = Counter()
        """Rows that nobody but the customer wrote, by table."""
        self.password_changed: Callable[[Secret], None] = lambda _: None

    def contents(self) -> dict[str, Any]:
        """What is in the database, without whom it tells of a new password."""
        return {name: value for name, value in vars(self).items() if name != "password_changed"}

    async def apply_schema(
        self, files: Sequence[SchemaFile], *, lock_seconds: float | None = None
    ) -> Sequence[str]:
        missing = [file for file in files if file.version not in self.versions]
        if fault := next(
            (self.refuses[file.version] for file in missing if file.version in self.refuses), None
        ):
            raise Permanent(fault, code="schema")
        for file in missing:
            self.table_names.update(_TABLE.findall(file.sql))
            self.versions.append(file.version)
        return [file.version for file in missing]

    async def tables(self) -> frozenset[str]:
        return frozenset(self.table_names)

    async def schema_version(self) -> str | None:
        return max(self.versions, default=None)

    async def schema_versions(self) -> Sequence[str]:
        return sorted(self.versions)

    async def fingerprint(self) -> Print:
        tables = {f"public.{name}": "table" for name in self.table_names}
        return {"table": tables, "column": dict(self.columns)}

    async def vendor_configurations(self) -> Mapping[str, Any]:
        seeds = {one["vendor_name"]: one["config_data"] for one in self.seeded}
        return {name: self.edited.get(name, seeds.get(name)) for name in self.vendors}

    async def size_bytes(self) -> int:
        return 8_000_000

    async def identity(self) -> str:
        return f"database {id(self)}"

    async def seed(self, seeds: Seeds) -> tuple[int, int]:
        self._require("vendor_configs")
        vendors = [name for name in seeds.vendor_names if name not in self.vendors]
        resellers = [one for one in seeds.resellers if one.name not in self.resellers]
        self.vendors.update(dict.fromkeys(vendors, True))
        self.seeded = seeds.vendor_rows()
        self.resellers.update({one.name: one.country for one in resellers})
        return len(vendors), len(resellers)

    async def default_vendors(self) -> frozenset[str]:
        self._require("vendor_configs")
        return frozenset(name for name, is_active in self.vendors.items() if is_active)

    async def admins(self) -> Sequence[AdminRow]:
        self._require("users")
        return [user.shown() for user in self.users.values() if user.role == "admin"]

    async def find_user(self, email: str) -> AdminRow | None:
        self._require("users")
        user = self.users.get(email.lower())
        return user.shown() if user else None

    async def ensure_user(self, *, email: str, password_hash: str, full_name: str, role: str) -> AdminRow:
        self._require("users")
        there = self.users.get(email.lower())
        user = UserRow(
            user_id=there.user_id if there else str(uuid4()),
            email=email.lower(),
            full_name=there.full_name if there else full_name,
            role=role,
            password_hash=password_hash,
        )
        self.users[user.email] = user
        return user.shown()

    async def remove_user(self, email: str) -> None:
        self._require("users")
        if (gone := self.users.pop(email.lower(), None)) is not None:
            self.batches = {
                batch_id: batch for batch_id, batch in self.batches.items() if batch.uploader != gone.user_id
            }

    async def change_email(self, old: str, new: str) -> None:
        self._require("users")
        if (user := self.users.pop(old.lower(), None)) is not None:
            self.users[new.lower()] = UserRow(
                user.user_id, new.lower(), user.full_name, user.role, user.password_hash
            )

    async def remove_probe_users(self, *, domain: str) -> None:
        self._require("users")
        for email in [one for one in self.users if one.startswith(_PROBE) and one.endswith(f"@{domain}")]:
            await self.remove_user(email)

    async def remove_upload(self, batch_id: str) -> bool:
        self._require("upload_batches")
        return self.batches.pop(batch_id, None) is not None

    async def remove_uploads_named(self, start: str) -> None:
        self._require("upload_batches")
        self.batches = {
            batch_id: batch
            for batch_id, batch in self.batches.items()
            if not batch.filename.startswith(start)
        }

    async def statements(self, *, limit: int) -> Sequence[StatementStatistics]:
        return [StatementStatistics("select * from users where email = $1", 3, 3, 0.01)][:limit]

    async def census(self) -> Census:
        rows = len(self.users) + len(self.vendors) + len(self.resellers) + len(self.batches)
        return Census(len(self.users), rows + self.more_rows.total(), 10_000, None)

    async def change_password(self, password: Secret) -> None:
        self.password_changed(password)

    async def foreign_rows(self, *, admin_email: str) -> dict[str, int]:
        counts = Counter(self.more_rows)
        counts["users"] = len(self.users.keys() - {admin_email.lower()})
        counts["upload_batches"] += len(self.batches)
        return {table: count for table, count in counts.items() if count}

    def _require(self, table: str) -> None:
        if table not in self.table_names:
            raise Permanent(f'The tenant database has no table: relation "{table}" does not exist.')


class FakeTenantDatabases:
    """Implements the port TenantDatabases. A pooler that does not know an address yet is not ready."""

    def __init__(self) -> None:
        self._databases: dict[DatabaseAddress, tuple[Secret, FakeTenantDatabase]] = {}

    def make(self, address: DatabaseAddress, password: Secret) -> FakeTenantDatabase:
        database = FakeTenantDatabase()
        self._databases[address] = (password, database)
        return database

    def set_password(self, address: DatabaseAddress, password: Secret) -> None:
        self._databases[address] = (password, self._databases[address][1])

    def opens(self, address: DatabaseAddress, password: Secret) -> bool:
        return self._databases[address][0] == password

    def drop(self, address: DatabaseAddress) -> None:
        self._databases.pop(address, None)

    @asynccontextmanager
    async def open(self, address: DatabaseAddress, password: Secret) -> AsyncIterator[FakeTenantDatabase]:
        if address not in self._databases:
            raise Transient(f"The pooler {address.host} does not know {address.user} yet.", code="not_ready")
        wanted, database = self._databases[address]
        if password != wanted:
            raise Permanent(
                f"The tenant database refuses the password of {address.user}.", code="bad_credentials"
            )
        database.password_changed = lambda new: self.set_password(address, new)
        yield database
