"""Pages of tenants, newest first. None of them reads all tenants, however many there are."""

from collections.abc import Sequence
from typing import Any, Final

import asyncpg

from provisioning.domain.page import Cursor
from provisioning.domain.tenant import TenantState

_NEWEST: Final = "order by created_at desc, tenant_id desc"
_SEARCH: Final = "lower(concat_ws(e'\\n', subdomain, company_name, admin_email))"
"""As the narrow rows of the living have it; tombstones have none."""


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
        where = f"where {' and '.join(wanted)}" if wanted else ""
        if not self._states:
            found = f"select tenant_id from tenant_names {where} {_NEWEST} limit $1 offset $2"
            sql = f"select {columns} from tenants where tenant_id in ({found}) {_NEWEST}"
        else:
            sql = f"select {columns} from tenants {where} {_NEWEST} limit $1 offset $2"
        return await connection.fetch(sql, *values)

    async def total(self, connection: asyncpg.pool.PoolConnectionProxy) -> int:
        """A search is counted by reading every name, which is all that is read of a tenant."""
        values: list[Any] = []
        where = " and ".join(self._wanted(values)) or "true"
        if self._pattern:
            table = "tenants" if self._states else "tenant_names"
            sql = f"select count(*) from {table} where {where}"
        else:
            where = where if self._states else "state <> 'deleted'"
            sql = f"select coalesce(sum(number), 0)::bigint from tenant_tallies where {where}"
        number: int = await connection.fetchval(sql, *values)
        return number

    def _wanted(self, values: list[Any]) -> list[str]:
        wanted = []
        if self._states:
            values.append(self._states)
            wanted.append(f"state = any(${len(values)})")
        if self._pattern:
            values.append(self._pattern)
            wanted.append(f"{_SEARCH if self._states else 'search'} like lower(${len(values)})")
        return wanted
