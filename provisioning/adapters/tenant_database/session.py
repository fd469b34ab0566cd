"""One open session on a tenant's database."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg

from provisioning.adapters.catalog.reading import read_print
from provisioning.adapters.tenant_database.errors import translated
from provisioning.adapters.tenant_database.schema import applied_version, applied_versions, apply_files
from provisioning.adapters.tenant_database.verifier import scram_verifier
from provisioning.domain.drift import Print
from provisioning.domain.schema_files import SchemaFile
from provisioning.domain.secret import Secret
from provisioning.domain.seeds import Seeds, seed_statement
from provisioning.ports import AdminRow, Census, StatementStatistics

_PROBE = "tenantbot-probe-"
_FOREIGN = {
    "users": "lower(email) <> lower($1)",
    "vendor_configs": "(is_default and tenant_id is null) is not true",
}
_REFERENCE = frozenset({"resellers"})
"""Tables that a run fills from the seeds and that say nothing about the tenant's own work."""


class PostgresTenantDatabase:
    """Implements the port TenantDatabase."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def apply_schema(
        self, files: Sequence[SchemaFile], *, lock_seconds: float | None = None
    ) -> Sequence[str]:
        with translated("Applying the schema"):
            return await apply_files(self._connection, files, lock_seconds=lock_seconds)

    async def tables(self) -> frozenset[str]:
        with translated("Listing the tables"):
            rows = await self._connection.fetch(
                "select tablename from pg_catalog.pg_tables where schemaname = 'public'"
            )
        return frozenset(row["tablename"] for row in rows)

    async def schema_version(self) -> str | None:
        with translated("Reading the schema version"):
            return await applied_version(self._connection)

    async def schema_versions(self) -> Sequence[str]:
        with translated("Reading the schema versions"):
            return await applied_versions(self._connection)

    async def fingerprint(self) -> Print:
        with translated("Reading what the database is made of"):
            return await read_print(self._connection)

    async def vendor_configurations(self) -> Mapping[str, Any]:
        with translated("Reading the vendor configurations"):
            rows = await self._connection.fetch(
                "select vendor_name, config_data from public.vendor_configs where tenant_id is null and is_default"
            )
        return {row["vendor_name"]: json.loads(row["config_data"]) for row in rows}

    async def size_bytes(self) -> int:
        with translated("Reading the size of the tenant database"):
            size: int = await self._connection.fetchval("select pg_database_size(current_database())")
        return size

    async def identity(self) -> str:
        with translated("Asking which database it is"):
            found: str = await self._connection.fetchval(
                "select concat_ws('/', system_identifier, oid) from pg_control_system(), pg_database"
                " where datname = current_database()"
            )
        return found

    async def seed(self, seeds: Seeds) -> tuple[int, int]:
        with translated("Seeding the tenant database"):
            row = await self._connection.fetchrow(
                seed_statement(), json.dumps(seeds.vendor_rows()), json.dumps(seeds.reseller_rows())
            )
        assert row is not None  # a select without a from has one row
        return row["vendors"], row["resellers"]

    async def default_vendors(self) -> frozenset[str]:
        with translated("Reading the vendor configurations"):
            rows = await self._connection.fetch(
                "select vendor_name from public.vendor_configs"
                " where tenant_id is null and is_default and is_active"
            )
        return frozenset(row["vendor_name"] for row in rows)

    async def admins(self) -> Sequence[AdminRow]:
        with translated("Reading the admins"):
            rows = await self._connection.fetch(
                "select user_id, email, full_name, role from public.users"
                " where role = 'admin' order by created_at, user_id"
            )
        return [_admin(row) for row in rows]

    async def find_user(self, email: str) -> AdminRow | None:
        with translated("Looking for a user"):
            row = await self._connection.fetchrow(
                "select user_id, email, full_name, role from public.users where lower(email) = lower($1)",
                email,
            )
        return _admin(row) if row else None

    async def ensure_user(self, *, email: str, password_hash: str, full_name: str, role: str) -> AdminRow:
        """Insert the user, or give the one with this e-mail this hash and role; a name stays as it is."""
        with translated("Writing a user"):
            row = await self._connection.fetchrow(
                "insert into public.users (email, hashed_password, full_name, role)"
                " values (lower($1), $2, $3, $4)"
                " on conflict (email) do update"
                " set hashed_password = excluded.hashed_password, role = excluded.role"
                " returning user_id, email, full_name, role",
                email,
                password_hash,
                full_name,
                role,
            )
        assert row is not None
        return _admin(row)

    async def remove_user(self, email: str) -> None:
        with translated("Removing a user"):
            await self._connection.execute("delete from public.users where lower(email) = lower($1)", email)

    async def change_email(self, old: str, new: str) -> None:
        with translated("Changing a user's e-mail address"):
            await self._connection.execute(
                "update public.users set email = lower($2) where lower(email) = lower($1)", old, new
            )

    async def remove_probe_users(self, *, domain: str) -> None:
        with translated("Removing probe users"):
            await self._connection.execute(
                "delete from public.users"
                " where starts_with(email, $1) and split_part(email, '@', 2) = lower($2)",
                _PROBE,
                domain,
            )

    async def remove_uploads_named(self, start: str) -> None:
        with translated("Removing uploads"):
            await self._connection.execute(
                "delete from public.upload_batches where starts_with(original_filename, $1)", start
            )

    async def census(self) -> Census:
        tables = await self.tables()
        rows = sum([await self._count(table, "true", "") for table in sorted(tables)])
        with translated("Counting what is in the tenant"):
            users = (
                await self._connection.fetchval("select count(*) from public.users")
                if "users" in tables
                else 0
            )
            last = (
                await self._connection.fetchval("select max(upload_timestamp) from public.upload_batches")
                if "upload_batches" in tables
                else None
            )
        return Census(users, rows, await self.size_bytes(), last)

    async def statements(self, *, limit: int) -> Sequence[StatementStatistics]:
        with translated("Reading the statements of the tenant database"):
            rows = await self._connection.fetch(
                "select query, calls, rows, total_exec_time / 1000 as seconds from extensions.pg_stat_statements"
                " where dbid = (select oid from pg_database where datname = current_database())"
                " order by total_exec_time desc limit $1",
                limit,
            )
        return [StatementStatistics(**row) for row in rows]

    async def change_password(self, password: Secret) -> None:
        """Send its verifier only, as psql does: statements of this kind end up in the project's log."""
        statement = f"set local role none; alter role session_user password '{scram_verifier(password)}'"
        with translated("Changing the password of the tenant database"):
            async with self._connection.transaction():
                await self._connection.execute(statement)

    async def foreign_rows(self, *, admin_email: str) -> dict[str, int]:
        counts = {}
        for table in sorted(await self.tables() - _REFERENCE):
            if count := await self._count(table, _FOREIGN.get(table, "true"), admin_email):
                counts[table] = count
        return counts

    async def _count(self, table: str, condition: str, admin_email: str) -> int:
        with translated(f"Counting the rows of {table}"):
            name = await self._connection.fetchval("select quote_ident($1)", table)
            # Both parts are ours: the name quoted by PostgreSQL, the condition from the table above.
            query = f"select count(*) from public.{name} where {condition}"  # noqa: S608
            count: int = await self._connection.fetchval(query, *([admin_email] if "$1" in condition else []))
        return count


def _admin(row: asyncpg.Record) -> AdminRow:
    return AdminRow(str(row["user_id"]), row["email"], row["full_name"], row["role"])
