"""The zones of the sandbox: the tenants' domain, and the one that its names point at. Kept in the state."""

from importlib.resources import files

import asyncpg

from sandbox.dns.base import TARGET, TARGET_ZONE, TTL, base_records
from sandbox.dns.lookup import look_up
from sandbox.dns.record import Record, clean_name, clean_value
from sandbox.state import State

__all__ = ["TARGET", "TARGET_ZONE", "RecordExistsError", "Zone"]

_BASE_MADE = "base records of {}"
_PROPAGATION = "propagation"

_ADD = (files("sandbox.dns") / "add.sql").read_text(encoding="utf-8")


class RecordExistsError(ValueError):
    """A record with this name, type and value is there already."""


class Zone:
    def __init__(self, state: State, domain: str) -> None:
        self.domain = clean_name(domain)
        self._state = state
        self._pool = state.pool

    async def ensure_base_records(self, address: str = "127.0.0.1") -> None:
        """Put the first records, once: what is removed later stays removed."""
        async with self._pool.acquire() as connection, connection.transaction():
            first = await connection.fetchval(
                "insert into dns_settings (name, value) values ($1, '')"
                " on conflict do nothing returning true",
                _BASE_MADE.format(self.domain),
            )
            if first:
                for name, kind, value in base_records(self.domain, address):
                    await connection.fetchval(_ADD, name, kind, value, TTL, 0.0, "", False)

    async def add(
        self,
        name: str,
        type: str,  # noqa: A002 - DNS's own word
        value: str,
        *,
        ttl: int = TTL,
        after: float = 0.0,
        comment: str = "",
        proxied: bool = False,
    ) -> str:
        """Write a record that the world sees after so many seconds, and return its id."""
        key = self.absolute(name), type, clean_value(type, value)
        made: str | None = await self._pool.fetchval(_ADD, *key, ttl, after, comment, proxied)
        if made is None:
            raise RecordExistsError(f"{' '.join(key)} exists.")
        return made

    async def change(
        self,
        record_id: str,
        name: str,
        type: str,  # noqa: A002
        value: str,
        *,
        ttl: int,
        comment: str,
        proxied: bool,
    ) -> None:
        """Write a record anew; the world sees the change at once."""
        key = self.absolute(name), type, clean_value(type, value)
        try:
            await self._pool.execute(
                "update dns_records set name = $2, type = $3, value = $4, ttl = $5, comment = $6,"
                " proxied = $7, modified_at = now() where id = $1",
                record_id, *key, ttl, comment, proxied,
            )  # fmt: skip
        except asyncpg.UniqueViolationError as error:
            raise RecordExistsError(f"{' '.join(key)} exists.") from error

    async def find(self, name: str, type: str | None = None) -> list[Record]:  # noqa: A002
        """Return the records written under exactly this name, oldest first, visible or not."""
        rows = await self._pool.fetch(
            "select * from dns_records where name = $1 and ($2::text is null or type = $2)"
            " order by created_at, id",
            self.absolute(name),
            type,
        )
        return [Record(**row) for row in rows]

    async def find_by_id(self, record_id: str) -> Record | None:
        row = await self._pool.fetchrow("select * from dns_records where id = $1", record_id)
        return Record(**row) if row else None

    async def all(self) -> list[Record]:
        """Return every record of the domain, oldest first, visible or not."""
        rows = await self._pool.fetch("select * from dns_records order by created_at, id")
        return [Record(**row) for row in rows if self.origin_of(row["name"]) == self.domain]

    async def remove(self, name: str, type: str | None = None) -> int:  # noqa: A002
        """Take away all records of this name, or those of one type; return how many there were."""
        removed = await self._pool.fetch(
            "delete from dns_records where name = $1 and ($2::text is null or type = $2) returning id",
            self.absolute(name),
            type,
        )
        return len(removed)

    async def remove_by_id(self, record_id: str) -> None:
        await self._pool.execute("delete from dns_records where id = $1", record_id)

    async def lookup(self, name: str) -> list[Record] | None:
        """Return what the world sees under an absolute name, or None where nothing is."""
        origin = self.origin_of(name)
        return await look_up(self._state, name, origin) if origin else None

    def origin_of(self, name: str) -> str | None:
        """Return the zone of ours in which an absolute name lies."""
        lower = name.lower().removesuffix(".")
        for origin in (self.domain, TARGET_ZONE):
            if lower == origin or lower.endswith(f".{origin}"):
                return origin
        return None

    def absolute(self, name: str) -> str:
        """Read a name as people write it: `@` is the domain, one outside our zones lies below the domain."""
        if name == "@":
            return self.domain
        return clean_name(name if self.origin_of(name) else f"{name}.{self.domain}")

    async def propagation(self) -> float:
        """How many seconds pass before the world sees what was written through an API."""
        seconds = await self._pool.fetchval("select value from dns_settings where name = $1", _PROPAGATION)
        return float(seconds or 0)

    async def set_propagation(self, seconds: float) -> None:
        await self._pool.execute(
            "insert into dns_settings (name, value) values ($1, $2)"
            " on conflict (name) do update set value = excluded.value",
            _PROPAGATION,
            str(seconds),
        )
