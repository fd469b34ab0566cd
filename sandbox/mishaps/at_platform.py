"""What happens in the platform's own registry: rows gone, switched off, pointed at somebody else's database."""

import secrets
from typing import Any, Final

from sandbox.mishaps.bench import Bench, Memory, Mishap, MishapError
from sandbox.taskifai.second_tenant import SUBDOMAIN as NEIGHBOUR

_FIND: Final = "select * from taskifai_tenants where subdomain = $1 and deleted_at is null"


async def _bury(bench: Bench, subdomain: str) -> Memory:
    row = await find_row(bench, subdomain)
    await bench.state.pool.execute(
        "update taskifai_tenants set deleted_at = now() where tenant_id = $1", row["tenant_id"]
    )
    return {"tenant_id": str(row["tenant_id"])}


async def _exhume(bench: Bench, memory: Memory) -> None:
    await bench.state.pool.execute(
        "update taskifai_tenants gone set deleted_at = null where tenant_id = $1::text::uuid and not exists"
        " (select from taskifai_tenants where subdomain = gone.subdomain and deleted_at is null)",
        memory["tenant_id"],
    )


async def _switch_off(bench: Bench, subdomain: str) -> Memory:
    row = await find_row(bench, subdomain)
    await bench.state.pool.execute(
        "update taskifai_tenants set is_active = false, suspended_at = now() where tenant_id = $1",
        row["tenant_id"],
    )
    return {"tenant_id": str(row["tenant_id"])}


async def _switch_on(bench: Bench, memory: Memory) -> None:
    await bench.state.pool.execute(
        "update taskifai_tenants set is_active = true, suspended_at = null where tenant_id = $1::text::uuid",
        memory["tenant_id"],
    )


async def _point_at_neighbour(bench: Bench, subdomain: str) -> Memory:
    neighbour = await find_row(bench, NEIGHBOUR)
    return await _replace(
        bench, subdomain, url=neighbour["database_url"], key=neighbour["database_service_key"]
    )


async def _give_old_key(bench: Bench, subdomain: str) -> Memory:
    return await _replace(
        bench, subdomain, url=None, key=f"sb_secret_{secrets.token_hex(11)}_{secrets.token_hex(4)}"
    )


async def _replace(bench: Bench, subdomain: str, *, url: str | None, key: str) -> Memory:
    row = await find_row(bench, subdomain)
    await bench.state.pool.execute(
        "update taskifai_tenants set database_url = coalesce($2, database_url), database_service_key = $3"
        " where tenant_id = $1",
        row["tenant_id"],
        url,
        key,
    )
    return {
        "tenant_id": str(row["tenant_id"]),
        "url": row["database_url"],
        "key": row["database_service_key"],
        "planted": key,
    }


async def _restore(bench: Bench, memory: Memory) -> None:
    await bench.state.pool.execute(
        "update taskifai_tenants set database_url = $2, database_service_key = $3"
        " where tenant_id = $1::text::uuid and database_service_key = $4",
        memory["tenant_id"],
        memory["url"],
        memory["key"],
        memory["planted"],
    )


async def find_row(bench: Bench, subdomain: str) -> Any:
    row = await bench.state.pool.fetchrow(_FIND, subdomain)
    if row is None:
        raise MishapError(f"path: the subdomain of a tenant; the platform has no tenant {subdomain!r}")
    return row


MISHAPS: Final = {
    "tenant-gone": Mishap(_bury, _exhume),
    "tenant-off": Mishap(_switch_off, _switch_on),
    "wrong-database": Mishap(_point_at_neighbour, _restore),
    "stale-keys": Mishap(_give_old_key, _restore),
}
