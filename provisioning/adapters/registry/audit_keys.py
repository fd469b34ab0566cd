"""The keys of the audit chain: they rest sealed beside it, and the newest one makes the rows of today.

They are none of the vault's own keys, which come and go: sealed anew under another one, they stay what they are.
A log that was begun with a key derived from a vault key takes that one over as its first.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from typing import Final

import asyncpg

from provisioning.domain.audit import key_id
from provisioning.domain.secret import Sealed, Secret
from provisioning.errors import Permanent, Refused
from provisioning.ports import Vault

_AnyConnection = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy

TABLE: Final = "audit_keys"
_LOCK: Final = 0x7E4A_0001
"""Transaction advisory lock: the chain has one end, so appends go one after the other."""
_NEWEST: Final = "select key_id, key from audit_keys order by made_at desc, key_id limit 1"


class AuditKeys:
    """`current` makes new rows; `all` are the ones that rows were made with."""

    def __init__(self, vault: Vault, current: Secret) -> None:
        self.current = current
        self._vault = vault

    @classmethod
    async def open(cls, pool: asyncpg.Pool, vault: Vault, *, vault_keys: Sequence[Secret]) -> "AuditKeys":
        """Open the key in use, or make the first one. Raises Refused when it does not open with our vault's keys."""
        async with pool.acquire() as connection:
            newest = await connection.fetchrow(_NEWEST)
            if newest is None:
                newest = await _make_first(connection, vault, vault_keys)
        try:
            return cls(vault, _opened(vault, newest))
        except Permanent as fault:
            raise Refused(
                "The key of the audit log does not open with any key in TENANTBOT_SECRET_KEYS; "
                "add the key that it was sealed with.",
                code=fault.code,
            ) from fault

    async def all(self, connection: _AnyConnection) -> Mapping[str, Secret]:
        """Every key that opens, by its name."""
        found = {key_id(self.current): self.current}
        for row in await connection.fetch("select key_id, key from audit_keys"):
            try:
                found[row["key_id"]] = _opened(self._vault, row)
            except Permanent:  # its rows are reported as made with an unknown key
                continue
        return found


async def hold_chain(connection: _AnyConnection) -> None:
    """Keep everybody else from the end of the chain until the transaction ends."""
    await connection.execute("select pg_advisory_xact_lock($1)", _LOCK)


async def add_key(connection: _AnyConnection, vault: Vault, key: Secret) -> None:
    """Put a key to use from now on."""
    name = key_id(key)
    await connection.execute(
        "insert into audit_keys (key_id, key) values ($1, $2)",
        name,
        vault.seal(key, subdomain=TABLE, field=name),
    )


def derived_key(vault_key: Secret) -> Secret:
    """The key that logs were begun with before keys had a table of their own."""
    return Secret(hashlib.sha256(b"tenantbot audit\0" + vault_key.reveal().encode()).hexdigest())


async def _make_first(
    connection: asyncpg.pool.PoolConnectionProxy, vault: Vault, vault_keys: Sequence[Secret]
) -> asyncpg.Record:
    async with connection.transaction():
        await hold_chain(connection)
        if (newest := await connection.fetchrow(_NEWEST)) is None:  # nobody else was faster
            for key in await _used_until_now(connection, vault_keys) or [Secret(secrets.token_hex(32))]:
                await add_key(connection, vault, key)
            newest = await connection.fetchrow(_NEWEST)
    assert newest is not None
    return newest


async def _used_until_now(
    connection: asyncpg.pool.PoolConnectionProxy, vault_keys: Sequence[Secret]
) -> Sequence[Secret]:
    rows = await connection.fetch("select key_id from audit_log group by key_id order by max(seq)")
    derived = {key_id(key): key for key in (derived_key(one) for one in vault_keys)}
    return [derived[row["key_id"]] for row in rows if row["key_id"] in derived]


def _opened(vault: Vault, row: asyncpg.Record) -> Secret:
    return vault.open(Sealed(row["key"]), subdomain=TABLE, field=row["key_id"])
