"""What verifications came to, and which tenants have turned since people were told."""

import json
from collections.abc import Sequence

import asyncpg

from provisioning.adapters.registry.run_rows import checklist_json, read_checks
from provisioning.domain.checklist import Checklist
from provisioning.domain.round import Mood, Verification
from provisioning.domain.run import RunId

_ADD = """
with added as (
    insert into verifications (tenant_id, run_id, ok, verdict, checklist, database)
    select tenant_id, $2, $3, $4, $5, $6 from tenants where subdomain = $1 and not metadata ? 'released'
    returning tenant_id
)
delete from verifications using added
where verifications.tenant_id = added.tenant_id and verification_id <= (
    select verification_id from verifications as older where older.tenant_id = added.tenant_id
    order by verification_id desc offset $7 limit 1)
"""
_SELECT = """
select subdomain, run_id, ok, verifications.verdict, checklist, database, at
from verifications join tenants using (tenant_id)
"""
_TURNED_BAD = """
update tenants set unwell_since = now() from verifications
where verifications.run_id = $1 and verifications.tenant_id = tenants.tenant_id and not ok and unwell_since is null
returning subdomain, verifications.verdict
"""
_TURNED_WELL = """
update tenants set unwell_since = null from verifications
where verifications.run_id = $1 and verifications.tenant_id = tenants.tenant_id and ok and unwell_since is not null
returning subdomain, verifications.verdict
"""


class PostgresVerifications:
    def __init__(self, connection: asyncpg.pool.PoolConnectionProxy) -> None:
        self._connection = connection

    async def add(self, verification: Verification, *, keep: int) -> None:
        await self._connection.execute(
            _ADD, verification.subdomain, verification.run_id, verification.ok, verification.verdict,
            checklist_json(Checklist(verification.checks)), verification.database, keep - 1,
        )  # fmt: skip

    async def of(self, subdomain: str, *, limit: int) -> Sequence[Verification]:
        rows = await self._connection.fetch(
            f"{_SELECT} where subdomain = $1 order by verification_id desc limit $2", subdomain, limit
        )
        return [_read(row) for row in rows]

    async def of_run(self, run_id: RunId) -> Sequence[Verification]:
        rows = await self._connection.fetch(f"{_SELECT} where run_id = $1 order by subdomain", run_id)
        return [_read(row) for row in rows]

    async def turned_bad(self, run_id: RunId) -> Sequence[Mood]:
        return sorted(
            [Mood(*row) for row in await self._connection.fetch(_TURNED_BAD, run_id)],
            key=lambda one: one.subdomain,
        )

    async def turned_well(self, run_id: RunId) -> Sequence[Mood]:
        return sorted(
            [Mood(*row) for row in await self._connection.fetch(_TURNED_WELL, run_id)],
            key=lambda one: one.subdomain,
        )


def _read(row: asyncpg.Record) -> Verification:
    return Verification(
        subdomain=row["subdomain"],
        run_id=RunId(row["run_id"]),
        ok=row["ok"],
        verdict=row["verdict"],
        checks=read_checks(json.loads(row["checklist"])),
        database=row["database"],
        at=row["at"],
    )
