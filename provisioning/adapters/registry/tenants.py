"""Tenant rows: the guide's registry and what operating a tenant needs."""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any
from uuid import UUID

import asyncpg

from provisioning.adapters.registry.tenant_pages import TenantPage
from provisioning.domain.page import Cursor
from provisioning.domain.project import DatabaseAddress, Project, ProjectRef
from provisioning.domain.request import ProvisionRequest
from provisioning.domain.secret import Sealed
from provisioning.domain.tenant import BEING_MADE, Tenant, TenantState
from provisioning.errors import Refused
from provisioning.registry import ProjectIntent, TenantSecrets

TENANT_COLUMNS = """
tenant_id, company_name, subdomain, state, is_active, created_at, admin_email, admin_name, region, verdict, project_ref,
project_name, platform_tenant_id, dns_record_made, suspended_at, deleted_at, database_bytes, schema_version,
suspended_reason, suspended_by, metadata ? 'imported' as imported, pinned_reason, pinned_by
"""
_EXHUME, _REBURY = (
    files(__package__).joinpath(f"{name}.sql").read_text(encoding="utf-8") for name in ("exhume", "rebury")
)
_LIVE = "not metadata ? 'released'"
_PORTION = f"""
select {TENANT_COLUMNS} from tenants
where $1::timestamptz is null or (created_at, tenant_id) < ($1, $2::uuid)
order by created_at desc, tenant_id desc limit $3
"""


class PostgresTenants:
    def __init__(self, connection: asyncpg.pool.PoolConnectionProxy) -> None:
        self._connection = connection

    async def reserve(self, request: ProvisionRequest) -> Tenant:
        row = await self._connection.fetchrow(
            "insert into tenants (company_name, subdomain, admin_email, admin_name, region)"
            " values ($1, $2, $3, $4, $5) on conflict (subdomain) where not metadata ? 'released' do nothing"
            f" returning {TENANT_COLUMNS}",
            request.company, request.subdomain, request.admin_email, request.admin_name, request.region,
        )  # fmt: skip
        if row is None:
            raise Refused(await self._why_taken(request.subdomain), code="taken", field="subdomain")
        return read_tenant(row)

    async def find(self, subdomain: str) -> Tenant | None:
        row = await self._connection.fetchrow(
            f"select {TENANT_COLUMNS} from tenants where subdomain = $1 and {_LIVE}",
            subdomain,
        )
        return read_tenant(row) if row else None

    async def find_by_id(self, tenant_id: UUID) -> Tenant | None:
        row = await self._connection.fetchrow(
            f"select {TENANT_COLUMNS} from tenants where tenant_id = $1 or metadata ->> 'registered_as' = $1::text"
            " order by tenant_id = $1 desc limit 1",
            tenant_id,
        )
        return read_tenant(row) if row else None

    async def find_by_project(self, ref: str) -> Tenant | None:
        row = await self._connection.fetchrow(
            f"select {TENANT_COLUMNS} from tenants where project_ref = $1", ref
        )
        return read_tenant(row) if row else None

    async def list(
        self,
        *,
        text: str,
        limit: int,
        offset: int = 0,
        states: Sequence[TenantState] = (),
        after: Cursor | None = None,
    ) -> tuple[Sequence[Tenant], int]:
        page = TenantPage(text, states)
        rows = await page.rows(self._connection, TENANT_COLUMNS, limit=limit, offset=offset, after=after)
        is_all = not offset and after is None and len(rows) < limit
        total = len(rows) if is_all else await page.total(self._connection)
        return [read_tenant(row) for row in rows], total

    async def portion(self, *, after: Tenant | None, limit: int) -> Sequence[Tenant]:
        place = (after.created_at, after.tenant_id) if after else (None, None)
        return [read_tenant(row) for row in await self._connection.fetch(_PORTION, *place, limit)]

    async def counts(self) -> Mapping[TenantState, int]:
        rows = await self._connection.fetch(
            "select state, sum(number)::bigint as number from tenant_tallies where state <> 'deleted'"
            " group by state having sum(number) <> 0"
        )
        return {TenantState(row["state"]): row["number"] for row in rows}

    async def being_made(self) -> int:
        number: int = await self._connection.fetchval(
            "select count(*) from runs join tenants using (subdomain) where runs.state in ('queued', 'running', 'waiting')"
            " and tenants.state = 'unverified' and tenants.verdict = $1",
            BEING_MADE,
        )
        return number

    async def verifiable(self) -> Sequence[Tenant]:
        rows = await self._connection.fetch(
            f"select {TENANT_COLUMNS} from tenants where is_active and state in ('verified', 'unverified')"
            " and not exists (select from runs where runs.subdomain = tenants.subdomain"
            " and runs.state in ('queued', 'running', 'waiting')) order by subdomain"
        )
        return [read_tenant(row) for row in rows]

    async def other_active(self, subdomain: str) -> str | None:
        found: str | None = await self._connection.fetchval(
            "select subdomain from tenants where is_active and state = 'verified' and subdomain <> $1"
            " order by created_at limit 1",
            subdomain,
        )
        return found

    async def secrets(self, subdomain: str) -> TenantSecrets:
        row = await self._row(
            subdomain,
            "database_url, database_anon_key, database_key, project_password, next_password,"
            " database_host, database_port, database_user, database_name",
        )
        address = row["database_host"] and DatabaseAddress(
            row["database_host"], row["database_port"], row["database_user"], row["database_name"]
        )
        return TenantSecrets(
            database_url=row["database_url"],
            anon_key=row["database_anon_key"],
            service_key=row["database_key"],
            password=row["project_password"],
            address=address,
            next_password=row["next_password"],
        )

    async def change_admin_email(self, subdomain: str, email: str) -> None:
        await self._set(subdomain, "admin_email = $2", email)

    async def store_temporary_password(self, subdomain: str, password: Sealed | None) -> None:
        await self._set(subdomain, "temporary_password = $2", password)

    async def temporary_password(self, subdomain: str) -> Sealed | None:
        row = await self._row(subdomain, "temporary_password")
        return row["temporary_password"] and Sealed(row["temporary_password"])

    async def project_intent(self, subdomain: str) -> ProjectIntent | None:
        row = await self._row(subdomain, "project_name, project_password, project_requested_at, project_ref")
        if row["project_name"] is None:
            return None
        return ProjectIntent(
            name=row["project_name"],
            password=Sealed(row["project_password"]),
            requested=row["project_requested_at"] is not None,
            ref=row["project_ref"] and ProjectRef(row["project_ref"]),
        )

    async def store_project_intent(self, subdomain: str, *, name: str, password: Sealed) -> ProjectIntent:
        await self._connection.execute(
            "update tenants set project_name = $2, project_password = $3, updated_at = now()"
            f" where subdomain = $1 and project_name is null and {_LIVE}",
            subdomain, name, password,
        )  # fmt: skip
        intent = await self.project_intent(subdomain)
        assert intent is not None
        return intent

    async def store_next_password(self, subdomain: str, password: Sealed) -> Sealed:
        await self._set(subdomain, "next_password = coalesce(next_password, $2)", password)
        row = await self._row(subdomain, "next_password")
        return Sealed(row["next_password"])

    async def adopt_next_password(self, subdomain: str) -> None:
        await self._set(
            subdomain, "project_password = coalesce(next_password, project_password), next_password = null"
        )

    async def forget_next_password(self, subdomain: str) -> None:
        await self._set(subdomain, "next_password = null")

    async def store_service_key(self, subdomain: str, key: Sealed) -> None:
        await self._set(subdomain, "database_key = $2", key)

    async def mark_project_requested(self, subdomain: str, *, requested: bool) -> None:
        await self._set(
            subdomain,
            "project_requested_at = case when $2 then coalesce(project_requested_at, now()) end",
            requested,
        )

    async def store_project_ref(self, subdomain: str, ref: ProjectRef | None) -> ProjectRef | None:
        await self._set(
            subdomain, "project_ref = case when $2::text is not null then coalesce(project_ref, $2) end", ref
        )
        intent = await self.project_intent(subdomain)
        return intent.ref if intent else None

    async def store_project(self, subdomain: str, project: Project, *, sealed_url: Sealed) -> None:
        await self._set(
            subdomain,
            "project_ref = $2, region = $3, database_url = $4, database_anon_key = $5, database_key = $6,"
            " database_host = $7, database_port = $8, database_user = $9, database_name = $10",
            project.ref, project.region, sealed_url, project.anon_key, project.service_key,
            project.address.host, project.address.port, project.address.user, project.address.database,
        )  # fmt: skip

    async def store_schema_version(self, subdomain: str, version: str, *, size_bytes: int) -> None:
        await self._set(subdomain, "schema_version = $2, database_bytes = $3", version, size_bytes)

    async def record(self, subdomain: str, *, platform_tenant_id: str | None) -> Tenant:
        tenant_id = _uuid(platform_tenant_id)
        if tenant_id is not None:
            await self._set(subdomain, "tenant_id = $2", tenant_id)
        await self._set(
            subdomain,
            "platform_tenant_id = $2, is_active = true, suspended_at = null,"
            " verdict = case when state = 'provisioning' then $3 else verdict end,"
            " state = case when state = 'provisioning' then 'unverified' else state end",
            platform_tenant_id,
            BEING_MADE,
        )
        tenant = await self.find(subdomain)
        assert tenant is not None
        return tenant

    async def suspend(self, subdomain: str, *, reason: str, by: str) -> None:
        await self._set(
            subdomain,
            "is_active = false, state = 'suspended', lockdown_id = null,"
            " suspended_at = case when lockdown_id is null then coalesce(suspended_at, now()) else now() end,"
            " suspended_reason = case when lockdown_id is null then coalesce(suspended_reason, $2) else $2 end,"
            " suspended_by = case when lockdown_id is null then coalesce(suspended_by, $3) else $3 end,"
            " verdict = case when state = 'suspended' then verdict else 'suspended, not proved yet' end",
            reason, by,
        )  # fmt: skip

    async def activate(self, subdomain: str) -> None:
        await self._set(
            subdomain,
            "is_active = true, suspended_at = null, suspended_reason = null, suspended_by = null, lockdown_id = null,"
            " verdict = case when state = 'suspended' then null else verdict end,"
            " state = case when state = 'suspended' then 'unverified' else state end",
        )

    async def bury(self, subdomain: str) -> None:
        await self._set(
            subdomain,
            "state = 'deleted', is_active = false, lockdown_id = null, verdict = null,"
            " pinned_at = null, pinned_by = null, pinned_reason = null,"
            " deleted_at = coalesce(deleted_at, now()),"
            " database_url = null, database_key = null, database_anon_key = null, project_password = null,"
            " next_password = null, temporary_password = null, database_host = null, database_port = null,"
            " database_user = null, database_name = null",
        )

    async def exhume(self, request: ProvisionRequest) -> Tenant:
        row = await self._connection.fetchrow(
            _EXHUME,
            request.subdomain,
            request.company,
            request.admin_email,
            request.admin_name,
            request.region,
        )
        tenant = await self.find(request.subdomain) if row else None
        if tenant is None:
            raise Refused(await self._why_taken(request.subdomain), code="taken", field="subdomain")
        return tenant

    async def rebury(self, subdomain: str) -> bool:
        return await self._connection.fetchrow(_REBURY, subdomain) is not None

    async def mark_imported(self, subdomain: str) -> None:
        await self._set(
            subdomain,
            """metadata = metadata || jsonb_build_object('imported', true, 'registered_as', tenant_id),"""
            " state = 'unverified', is_active = true",
        )

    async def forget_record(self, subdomain: str) -> None:
        await self._set(subdomain, "platform_tenant_id = null, is_active = false, state = 'provisioning'")

    async def mark_dns_record(self, subdomain: str, *, made: bool) -> None:
        await self._set(subdomain, "dns_record_made = $2", made)

    async def set_state(self, subdomain: str, state: TenantState, *, verdict: str) -> None:
        await self._set(subdomain, "state = $2, verdict = $3", state, verdict)

    async def remove(self, subdomain: str) -> None:
        await self._connection.execute(f"delete from tenants where subdomain = $1 and {_LIVE}", subdomain)

    async def _row(self, subdomain: str, columns: str) -> asyncpg.Record:
        row = await self._connection.fetchrow(
            f"select {columns} from tenants where subdomain = $1 and {_LIVE}",
            subdomain,
        )
        if row is None:
            raise Refused(
                f"There is no tenant {subdomain}; `tenantbot list` shows all.", code="unknown_tenant"
            )
        return row

    async def _set(self, subdomain: str, assignments: str, *values: object) -> None:
        await self._connection.execute(
            f"update tenants set {assignments}, updated_at = now() where subdomain = $1 and {_LIVE}",
            subdomain,
            *values,
        )

    async def _why_taken(self, subdomain: str) -> str:
        tenant = await self.find(subdomain)
        if tenant is not None and tenant.deleted_at is not None:
            return (
                f"The subdomain {subdomain} belonged to {tenant.company_name}, deleted on {tenant.deleted_at:%Y-%m-%d}, "
                "and stays reserved; choose another one, or ask an approver to release it."
            )
        return (
            f"The subdomain {subdomain} is taken; choose another one, or see `tenantbot status {subdomain}`."
        )


def read_tenant(row: asyncpg.Record | Mapping[str, Any]) -> Tenant:
    return Tenant(**{**row, "state": TenantState(row["state"])})


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
