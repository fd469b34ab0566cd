"""The audit log as it is read, and the keys it was written with."""

import secrets
from collections.abc import AsyncIterator

import asyncpg
import pytest

from provisioning.adapters.fernet_vault import FernetVault, new_key
from provisioning.adapters.registry import PostgresRegistry
from provisioning.adapters.registry.audit_keys import AuditKeys, add_key, derived_key
from provisioning.domain.audit import Head, key_id
from provisioning.domain.audit_proof import Proof
from provisioning.domain.secret import Secret
from provisioning.errors import Refused
from provisioning.registry import AuditEntry, Registry
from sandbox.postgres import PostgresServer
from tests.integration.test_registry_contract.books import KEY, Books, open_copy
from tests.integration.test_registry_contract.entries import SOMEBODY, SUBDOMAIN


async def append(
    registry: Registry, count: int = 1, *, subdomain: str | None = None, reason: str | None = None
) -> None:
    entry = AuditEntry("provision", "accepted", subdomain, reason=reason, details={"n": [1, "é"]})
    for _ in range(count):
        async with registry.transaction() as tx:
            await tx.audit.append(SOMEBODY, entry)


async def test_rows_are_read_from_the_start_in_portions(books: Books) -> None:
    await append(books.registry, 5)
    async with books.registry.transaction() as tx:
        first = await tx.audit.rows(after=0, limit=3)
        rest = await tx.audit.rows(after=first[-1].seq, limit=3)
        assert await tx.audit.rows(after=5, limit=3) == []

    assert [row.seq for row in [*first, *rest]] == [1, 2, 3, 4, 5]
    assert [row.to_json() for row in first] == (await books.audit())[:3]


async def test_the_newest_are_read_backwards_of_one_tenant_or_of_all(books: Books) -> None:
    await append(books.registry, 2, subdomain=SUBDOMAIN)
    await append(books.registry, 2)
    async with books.registry.transaction() as tx:
        rows, total = await tx.audit.newest(subdomain=None, before=None, limit=3)
        assert ([row.seq for row in rows], total) == ([4, 3, 2], 4)
        rows, total = await tx.audit.newest(subdomain=SUBDOMAIN, before=2, limit=3)
        assert ([row.seq for row in rows], total) == ([1], 2)
        assert await tx.audit.newest(subdomain="nobody", before=None, limit=3) == ([], 0)


async def test_the_head_is_the_newest_row(books: Books) -> None:
    async with books.registry.transaction() as tx:
        assert await tx.audit.head() is None
    await append(books.registry, 2)
    async with books.registry.transaction() as tx:
        rows = await tx.audit.rows(after=0, limit=9)
        assert await tx.audit.head() == Head.of(rows[-1])


async def test_what_was_written_is_proved_with_the_keys_that_it_has(books: Books) -> None:
    await append(books.registry, 3, reason="Müller & Søn “株式会社”\n\\u0000")
    async with books.registry.transaction() as tx:
        keys = await tx.audit.keys()
        proof = Proof(keys)
        proof.read(await tx.audit.rows(after=0, limit=9))

    assert keys == {key_id(KEY): KEY}
    assert (proof.rows, proof.finish()) == (3, [])


VAULT_KEY = new_key()
VAULT = FernetVault([VAULT_KEY])


@pytest.fixture
async def pool(postgres_server: PostgresServer, template: str) -> AsyncIterator[asyncpg.Pool]:
    async with open_copy(postgres_server, template) as pool:
        yield pool


async def whole(registry: Registry) -> bool:
    async with registry.transaction() as tx:
        proof = Proof(await tx.audit.keys())
        proof.read(await tx.audit.rows(after=0, limit=99))
    return not proof.finish()


async def test_the_first_key_is_made_once_at_random_and_rests_sealed(pool: asyncpg.Pool) -> None:
    first = await AuditKeys.open(pool, VAULT, vault_keys=[VAULT_KEY])
    again = await AuditKeys.open(pool, VAULT, vault_keys=[VAULT_KEY])

    assert first.current == again.current != derived_key(VAULT_KEY)
    (row,) = await pool.fetch("select * from audit_keys")
    assert row["key_id"] == key_id(first.current)
    assert first.current.reveal() not in row["key"]


async def test_a_log_with_a_derived_key_goes_on_with_it_whatever_becomes_of_the_vaults_keys(
    pool: asyncpg.Pool,
) -> None:
    async with pool.acquire() as connection:
        await add_key(connection, VAULT, derived_key(VAULT_KEY))
    await append(PostgresRegistry(pool, audit_keys=await AuditKeys.open(pool, VAULT, vault_keys=())), 2)
    await pool.execute("delete from audit_keys")  # as it was before keys had a table

    newer = new_key()
    both = FernetVault([newer, VAULT_KEY])
    keys = await AuditKeys.open(pool, both, vault_keys=[newer, VAULT_KEY])
    registry = PostgresRegistry(pool, audit_keys=keys)
    await append(registry)
    assert keys.current == derived_key(VAULT_KEY)
    assert await whole(registry)

    await pool.execute("delete from audit_keys")  # and put back sealed with the newer key alone
    async with pool.acquire() as connection:
        await add_key(connection, FernetVault([newer]), keys.current)
    rotated = await AuditKeys.open(pool, FernetVault([newer]), vault_keys=[newer])
    assert await whole(PostgresRegistry(pool, audit_keys=rotated))


async def test_a_newer_key_takes_over_and_older_rows_stay_whole(pool: asyncpg.Pool) -> None:
    await append(PostgresRegistry(pool, audit_keys=await AuditKeys.open(pool, VAULT, vault_keys=())))
    newer = Secret(secrets.token_hex(32))
    async with pool.acquire() as connection:
        await add_key(connection, VAULT, newer)
    registry = PostgresRegistry(pool, audit_keys=await AuditKeys.open(pool, VAULT, vault_keys=()))
    await append(registry)

    assert await whole(registry)
    assert await pool.fetchval("select count(distinct key_id) from audit_log") == 2


async def test_a_key_that_does_not_open_is_said_before_anything_is_written(pool: asyncpg.Pool) -> None:
    await AuditKeys.open(pool, VAULT, vault_keys=())
    other = new_key()

    with pytest.raises(Refused, match="add the key that it was sealed with") as refusal:
        await AuditKeys.open(pool, FernetVault([other]), vault_keys=[other])

    assert refusal.value.code == "sealed"


async def test_an_older_key_that_does_not_open_any_more_makes_its_rows_unknown(pool: asyncpg.Pool) -> None:
    await append(PostgresRegistry(pool, audit_keys=await AuditKeys.open(pool, VAULT, vault_keys=())))
    newer = FernetVault([new_key()])
    async with pool.acquire() as connection:
        await add_key(connection, newer, Secret(secrets.token_hex(32)))

    registry = PostgresRegistry(pool, audit_keys=await AuditKeys.open(pool, newer, vault_keys=()))

    assert not await whole(registry)
