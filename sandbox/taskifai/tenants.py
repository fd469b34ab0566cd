"""The platform's registry: which tenants there are, where their databases are, who may be served."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sandbox.state import State
from sandbox.taskifai.bodies import NewTenant, TenantChange
from sandbox.taskifai.refusals import Refusal
from sandbox.taskifai.sql import read_script

_ADD = read_script("add_tenant.sql")
_CHANGE = read_script("change_tenant.sql")


@dataclass(frozen=True)
class Tenant:
    tenant_id: UUID
    company_name: str
    subdomain: str
    database_url: str
    database_service_key: str
    is_active: bool
    suspended_at: datetime | None
    created_at: datetime
    updated_at: datetime | None


async def find_tenant(state: State, subdomain: str) -> Tenant | None:
    row = await state.pool.fetchrow("select * from taskifai_living_tenants where subdomain = $1", subdomain)
    return Tenant(**row) if row else None


async def get_tenant(state: State, tenant_id: UUID) -> Tenant:
    row = await state.pool.fetchrow("select * from taskifai_living_tenants where tenant_id = $1", tenant_id)
    if row is None:
        raise Refusal(404, "Tenant not found")
    return Tenant(**row)


async def list_tenants(
    state: State, *, limit: int, offset: int, active_only: bool
) -> tuple[list[Tenant], int]:
    """Return one page, oldest first, and how many there are."""
    rows = await state.pool.fetch(
        "select * from taskifai_living_tenants where is_active or not $1"
        " order by created_at, tenant_id limit $2 offset $3",
        active_only,
        limit,
        offset,
    )
    total = await state.pool.fetchval(
        "select count(*) from taskifai_living_tenants where is_active or not $1", active_only
    )
    return [Tenant(**row) for row in rows], total


async def add_tenant(state: State, new: NewTenant) -> Tenant | None:
    """Register a tenant. None when its subdomain is taken."""
    tenant_id = await state.pool.fetchval(
        _ADD, new.company_name, new.subdomain, new.database_url,
        new.database_anon_key, new.database_service_key, new.admin_email, new.admin_name,
    )  # fmt: skip
    return None if tenant_id is None else await get_tenant(state, tenant_id)


async def change_tenant(state: State, tenant_id: UUID, change: TenantChange) -> Tenant:
    await state.pool.execute(
        _CHANGE, tenant_id, change.company_name, change.database_url,
        change.database_anon_key, change.database_service_key, change.is_active,
    )  # fmt: skip
    return await get_tenant(state, tenant_id)


async def remove_tenant(state: State, tenant_id: UUID) -> None:
    await get_tenant(state, tenant_id)
    await state.pool.execute(
        "update taskifai_tenants set deleted_at = now(), is_active = false where tenant_id = $1", tenant_id
    )
