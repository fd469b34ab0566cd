"""Upgrades of all tenants: who is in which ring, how far each is, and which version everybody has."""

from collections.abc import Mapping, Sequence
from importlib.resources import files

import asyncpg

from provisioning.adapters.registry.tenants import TENANT_COLUMNS, read_tenant
from provisioning.domain.fleet import AtVersion, Member, MemberState
from provisioning.domain.run import RunId, RunKind
from provisioning.domain.tenant import Tenant

_DRAW = files(__package__).joinpath("draw_rings.sql").read_text(encoding="utf-8")
_MEMBERS = """
select subdomain, ring, from_version, fleet_members.state, detail, backup
from fleet_members join tenants using (tenant_id)
where run_id = $1 and fleet_members.state = any ($2) and ($3::int is null or ring = $3) order by place limit $4
"""
_MARK = """
update fleet_members set state = $3, detail = $4, backup = coalesce($5, backup), ended_at = now()
where run_id = $1 and tenant_id = (select tenant_id from tenants where subdomain = $2 and not metadata ? 'released')
"""
_VERSIONS = """
select schema_version as version, count(*) as tenants, count(*) filter (where pinned_at is not null) as pinned
from tenants where state in ('unverified', 'verified', 'suspended') group by schema_version order by schema_version
"""


class PostgresFleet:
    def __init__(self, connection: asyncpg.pool.PoolConnectionProxy) -> None:
        self._connection = connection

    async def draw(self, run_id: RunId, *, to: str, first: str | None, busy: Sequence[RunKind]) -> None:
        await self._connection.execute(_DRAW, run_id, to, first, list(busy))

    async def members(
        self,
        run_id: RunId,
        *,
        states: Sequence[MemberState],
        ring: int | None = None,
        limit: int | None = None,
    ) -> Sequence[Member]:
        rows = await self._connection.fetch(_MEMBERS, run_id, list(states), ring, limit)
        return [Member(**{**row, "state": MemberState(row["state"])}) for row in rows]

    async def mark(
        self,
        run_id: RunId,
        subdomain: str,
        state: MemberState,
        *,
        detail: str | None = None,
        backup: str | None = None,
    ) -> None:
        await self._connection.execute(_MARK, run_id, subdomain, state, detail, backup)

    async def tally(self, run_id: RunId) -> Mapping[tuple[int, MemberState], int]:
        rows = await self._connection.fetch(
            "select ring, state, count(*) as number from fleet_members where run_id = $1 group by ring, state",
            run_id,
        )
        return {(row["ring"], MemberState(row["state"])): row["number"] for row in rows}

    async def versions(self) -> Sequence[AtVersion]:
        return [AtVersion(**row) for row in await self._connection.fetch(_VERSIONS)]

    async def pinned(self, *, limit: int) -> Sequence[Tenant]:
        rows = await self._connection.fetch(
            f"select {TENANT_COLUMNS} from tenants where pinned_at is not null and state <> 'deleted'"
            " order by subdomain limit $1",
            limit,
        )
        return [read_tenant(row) for row in rows]

    async def pin(self, subdomain: str, *, reason: str | None, by: str) -> None:
        await self._connection.execute(
            "update tenants set pinned_reason = $2, pinned_by = case when $2::text is not null then $3 end,"
            " pinned_at = case when $2::text is not null then now() end, updated_at = now()"
            " where subdomain = $1 and not metadata ? 'released'",
            subdomain, reason, by,
        )  # fmt: skip
