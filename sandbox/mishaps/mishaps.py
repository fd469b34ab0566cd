"""The table of mishaps, and the memory of those that are planted."""

import json
from typing import Any, Final

from sandbox.dns.zone import Zone
from sandbox.mishaps import at_platform, at_supabase, in_zone
from sandbox.mishaps.bench import Bench, Mishap, MishapError
from sandbox.state import State

__all__ = ["KINDS", "MishapError", "Mishaps"]

KINDS: Final[dict[str, dict[str, Mishap]]] = {
    "dns": in_zone.MISHAPS,
    "supabase": at_supabase.MISHAPS,
    "platform": at_platform.MISHAPS,
}


class Mishaps:
    def __init__(self, state: State, zone: Zone) -> None:
        self._bench = Bench(state, zone)
        self._pool = state.pool

    async def plant(self, service: str, kind: str, subdomain: str) -> int:
        """Let it happen to a tenant. Raises MishapError when there is no such tenant, or nothing to happen to."""
        memory = await KINDS[service][kind].plant(self._bench, subdomain)
        number: int = await self._pool.fetchval(
            "insert into sandbox_mishaps (service, kind, path, memory) values ($1, $2, $3, $4::text::jsonb) returning id",
            service,
            kind,
            subdomain,
            json.dumps(memory),
        )
        return number

    async def all(self) -> list[dict[str, Any]]:
        """As faults are listed: each is there until it is cleared."""
        rows = await self._pool.fetch("select id, service, path, kind from sandbox_mishaps order by id")
        return [{**row, "times": None, "delay": 0} for row in rows]

    async def take_back(self) -> None:
        """Take all of them back, the newest first."""
        for row in await self._pool.fetch("select * from sandbox_mishaps order by id desc"):
            await KINDS[row["service"]][row["kind"]].take_back(self._bench, json.loads(row["memory"]))
            await self._pool.execute("delete from sandbox_mishaps where id = $1", row["id"])
