"""Everything that rests sealed in the database, place by place, and sealing it anew a row at a time."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final

import asyncpg

from provisioning.adapters.key_file import KeyFile
from provisioning.adapters.registry.transaction import reaching_database
from provisioning.domain.keyring import Keyring, UnknownKey, new_key
from provisioning.domain.secret import Secret
from provisioning.ports import AddedKey, ProcessKeys, SealedPlace

_PORTION: Final = 500
_MOST_PASSES: Final = 5
_PROGRAM: Final = "tenantbot"
_LONGEST_NAME: Final = 63
_PROCESSES: Final = """
select pid, coalesce(host(client_addr), 'this machine') as host, application_name
from pg_stat_activity
where datname = current_database() and application_name like $1 and pid <> pg_backend_pid()
order by pid
"""


@dataclass(frozen=True)
class _Place:
    """A table, what its rows are told apart by, and its columns that hold sealed values."""

    table: str
    keys: tuple[str, ...]
    columns: tuple[str, ...]


_PLACES: Final = (
    _Place(
        "tenants",
        ("tenant_id",),
        (
            "database_url",
            "database_key",
            "database_anon_key",
            "project_password",
            "next_password",
            "temporary_password",
        ),
    ),
    _Place("audit_keys", ("key_id",), ("key",)),
    _Place("run_steps", ("run_id", "number"), ("result",)),
    _Place("engine.workflow_status", ("workflow_uuid",), ("inputs", "output", "error")),
    _Place("engine.workflow_input", ("workflow_uuid",), ("inputs",)),
    _Place("engine.workflow_output", ("workflow_uuid",), ("output", "error")),
    _Place("engine.operation_outputs", ("workflow_uuid", "function_id"), ("output", "error")),
)


class PostgresSealing:
    """Implements the port Sealing."""

    def __init__(self, pool: asyncpg.Pool, keys: Sequence[Secret]) -> None:
        self._pool = pool
        self._keys = keys
        self._keyring = Keyring(keys)

    def names(self) -> Sequence[str]:
        return self._keyring.names

    async def count(self) -> Sequence[SealedPlace]:
        with reaching_database():
            return [await self._count(place) for place in _PLACES]

    async def renew(self) -> int:
        """Go over everything until nothing is left to do: work goes on meanwhile, and rows come and go."""
        renewed = 0
        with reaching_database():
            for _ in range(_MOST_PASSES):
                found = sum([await self._renew(place) for place in _PLACES])
                renewed += found
                if not found:
                    break
        return renewed

    async def processes(self) -> Sequence[ProcessKeys]:
        with reaching_database():
            rows = await self._pool.fetch(_PROCESSES, f"{_PROGRAM} %")
        found = {(row["host"], row["application_name"]): row for row in rows}
        ours = process_name(self._keys)
        return [
            ProcessKeys(f"{row['host']} (PostgreSQL backend {row['pid']})", tuple(name.split()[1].split(",")))
            for (_, name), row in found.items()
            if name != ours
        ]

    async def add_key(self) -> AddedKey:
        key = new_key()
        if isinstance(self._keys, KeyFile):
            self._keys.put_first(key)
            return AddedKey(key, in_place=True)
        return AddedKey(key, in_place=False)

    async def drop_older_keys(self) -> bool:
        if isinstance(self._keys, KeyFile):
            self._keys.keep_newest()
            return True
        return False

    async def _count(self, place: _Place) -> SealedPlace:
        newest = older = unknown = 0
        async for row in self._rows(place):
            for column in place.columns:
                if not _is_sealed(row[column]):
                    continue
                try:
                    if self._keyring.renewed(row[column]) is None:
                        newest += 1
                    else:
                        older += 1
                except UnknownKey:
                    unknown += 1
        return SealedPlace(place.table, newest, older, unknown)

    async def _renew(self, place: _Place) -> int:
        renewed = 0
        async for row in self._rows(place):
            if self._renewed(place, row):
                renewed += await self._renew_row(place, row)
        return renewed

    async def _renew_row(self, place: _Place, seen: asyncpg.Record) -> int:
        """The row as it is now, locked: whoever writes it meanwhile waits for some milliseconds."""
        same = " and ".join(f"{key} = ${number}" for number, key in enumerate(place.keys, 1))
        keys = [seen[key] for key in place.keys]
        async with self._pool.acquire() as connection, connection.transaction():
            row = await connection.fetchrow(
                f"select {', '.join(place.columns)} from {place.table} where {same} for update",
                *keys,
            )
            renewed = self._renewed(place, row) if row else {}
            if renewed:
                sets = ", ".join(f"{name} = ${at}" for at, name in enumerate(renewed, len(keys) + 1))
                await connection.execute(
                    f"update {place.table} set {sets} where {same}",
                    *keys,
                    *renewed.values(),
                )
        return len(renewed)

    def _renewed(self, place: _Place, row: asyncpg.Record) -> dict[str, str]:
        """The columns that need it, sealed anew; what no key opens stays as it is."""
        found = {}
        for column in place.columns:
            if not _is_sealed(row[column]):
                continue
            try:
                renewed = self._keyring.renewed(row[column])
            except UnknownKey:
                continue
            if renewed is not None:
                found[column] = renewed
        return found

    async def _rows(self, place: _Place) -> AsyncIterator[asyncpg.Record]:
        """All rows that may hold something, in portions by key, so that no transaction stays open."""
        key = ", ".join(place.keys)
        some = " or ".join(f"{column} is not null" for column in place.columns)
        chosen = f"select {', '.join((*place.keys, *place.columns))} from {place.table} where ({some})"
        after = ", ".join(f"${number}" for number in range(1, len(place.keys) + 1))
        rows = await self._pool.fetch(f"{chosen} order by {key} limit {_PORTION}")
        while rows:
            for row in rows:
                yield row
            last = [rows[-1][name] for name in place.keys]
            rows = await self._pool.fetch(
                f"{chosen} and ({key}) > ({after}) order by {key} limit {_PORTION}", *last
            )


def process_name(keys: Sequence[Secret]) -> str:
    """What a process's connections are called: PostgreSQL then tells which live process knows which keys.

    Those of a file are known to everybody who reads it, at once.
    """
    names = "file" if isinstance(keys, KeyFile) else ",".join(Keyring(keys).names)
    return f"{_PROGRAM} {names}"[:_LONGEST_NAME]


def _is_sealed(value: str | None) -> bool:
    return value is not None and value.startswith("gAAAAA")
