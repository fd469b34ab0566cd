"""Pages of tenants, newest first. None of them reads all tenants, however many there are."""

from collections.abc import Sequence
from typing import Any, Final

import asyncpg

from provisioning.domain.page import Cursor
from provisioning.domain.tenant import TenantState

_NEWEST: Final = "order by created_at desc, tenant_id desc"
_FORGET_PLANS: Final = "set local plan_cache_mode = force_custom_plan"
"""A plan for any text is right for none: some are found in a few names, some in all."""


class TenantPage:
    """What is looked for: a text in tenants' names, and states; without states, those that live."""

    def __init__(self, text: str, states: Sequence[TenantState]) -> None:
        escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        self._pattern = f"%{escaped}%" if text else ""
        self._states = list(states)

    async def rows(
        self,
        connection: asyncpg.pool.PoolConnectionProxy,
        columns: str,
        *,
        limit: int,
        offset: int,
        after: Cursor | None,
    ) -> Sequence[asyncpg.Record]:
        values: list[Any] = [limit, offset]
        wanted = self._wanted(values)
        if after is not None:
            values += [after.at, after.id]
            at, line = len(values) - 1, len(values)
            wanted += [
                f"created_at <= ${at}",
                f'(created_at, tenant_id::text collate "C") < (${at}, ${line})',
            ]
        found = (
            f"select tenant_id from tenant_names where {' and '.join(wanted)} {_NEWEST} limit $1 offset $2"
        )
        if self._pattern:
            await connection.execute(_FORGET_PLANS)
        return await connection.fetch(
            f"select {columns} from tenants where tenant_id in ({found}) {_NEWEST}", *values
        )

    async def total(self, connection: asyncpg.pool.PoolConnectionProxy) -> int:
        values: list[Any] = []
        what, table = (
            ("count(*)", "tenant_names") if self._pattern else ("coalesce(sum(number), 0)", "tenant_tallies")
        )
        sql = f"select ({what})::bigint from {table} where {' and '.join(self._wanted(values))}"
        number: int = await connection.fetchval(sql, *values)
        return number

    def _wanted(self, values: list[Any]) -> list[str]:
        wanted = ["state <> 'deleted'"]
        if self._states:
            values.append(self._states)
            wanted = [f"state = any(${len(values)})"]
        if self._pattern:
            values.append(self._pattern)
            wanted.append(f"search like lower(${len(values)})")
        return wanted
