"""Lockdowns: which one is in force, and which tenants it has suspended."""

from collections.abc import Sequence

import asyncpg

from provisioning.adapters.registry.tenants import TENANT_COLUMNS, read_tenant
from provisioning.domain.lockdown import Covered, Lockdown

_IN_FORCE = """
select lockdown_id, reason, declared_by, declared_at,
       (select count(*) from tenants where tenants.lockdown_id = lockdowns.lockdown_id) as holds
from lockdowns where lifted_at is null
"""
_SUSPEND_ALL = """
with active as (
    select tenant_id, state, verdict from tenants
    where is_active and state in ('unverified', 'verified') for update
), remembered as (
    insert into lockdown_tenants (lockdown_id, tenant_id, state, verdict)
    select $1, tenant_id, state, verdict from active
    on conflict (lockdown_id, tenant_id)
        do update set state = excluded.state, verdict = excluded.verdict, restored_at = null
)
update tenants
set is_active = false, state = 'suspended', suspended_at = now(), suspended_reason = 'lockdown: ' || reason,
    suspended_by = declared_by, lockdown_id = $1, verdict = 'suspended, not proved yet', updated_at = now()
from active, lockdowns
where tenants.tenant_id = active.tenant_id and lockdowns.lockdown_id = $1
returning subdomain
"""
_COVERED = f"""
select {", ".join(f"tenants.{column.strip()}" for column in TENANT_COLUMNS.split(","))},
       tenants.lockdown_id is not distinct from $1 as is_held, restored_at is not null as is_restored
from lockdown_tenants join tenants using (tenant_id)
where lockdown_tenants.lockdown_id = $1 and tenants.state <> 'deleted'
order by subdomain
"""
_RESTORE = """
update tenants
set is_active = true, state = before.state, verdict = before.verdict, suspended_at = null, suspended_reason = null,
    suspended_by = null, lockdown_id = null, updated_at = now()
from lockdown_tenants as before
where before.lockdown_id = $1 and before.tenant_id = tenants.tenant_id
  and tenants.lockdown_id = $1 and tenants.subdomain = $2
returning tenants.tenant_id
"""


class PostgresLockdowns:
    def __init__(self, connection: asyncpg.pool.PoolConnectionProxy) -> None:
        self._connection = connection

    async def declare(self, lockdown_id: str, *, reason: str, by: str) -> None:
        await self._connection.execute(
            "insert into lockdowns (lockdown_id, reason, declared_by) values ($1, $2, $3)",
            lockdown_id, reason, by,
        )  # fmt: skip

    async def in_force(self) -> Lockdown | None:
        row = await self._connection.fetchrow(_IN_FORCE)
        return Lockdown(**row) if row else None

    async def in_force_from_now(self) -> Lockdown | None:
        await self._connection.execute("lock table lockdowns in share mode")
        return await self.in_force()

    async def suspend_all(self, lockdown_id: str) -> Sequence[str]:
        rows = await self._connection.fetch(_SUSPEND_ALL, lockdown_id)
        return sorted(row["subdomain"] for row in rows)

    async def covered(self, lockdown_id: str) -> Sequence[Covered]:
        found: list[Covered] = []
        for row in await self._connection.fetch(_COVERED, lockdown_id):
            fields = dict(row)
            is_held, is_restored = fields.pop("is_held"), fields.pop("is_restored")
            found.append(Covered(read_tenant(fields), is_held, is_restored))
        return found

    async def restore(self, lockdown_id: str, subdomain: str) -> bool:
        tenant_id = await self._connection.fetchval(_RESTORE, lockdown_id, subdomain)
        if tenant_id is None:
            return False
        await self._connection.execute(
            "update lockdown_tenants set restored_at = now() where lockdown_id = $1 and tenant_id = $2",
            lockdown_id, tenant_id,
        )  # fmt: skip
        return True

    async def end(self, lockdown_id: str) -> None:
        await self._connection.execute(
            "update lockdowns set lifted_at = coalesce(lifted_at, now()) where lockdown_id = $1", lockdown_id
        )
