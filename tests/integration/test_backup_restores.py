"""Backups put back into databases that people name, moved, and described."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from provisioning.domain.backup import Manifest, Proof
from provisioning.domain.secret import Secret
from provisioning.errors import Permanent, Refused
from sandbox.state import State
from tests.integration.backup_tenant import FOLDER, BackedUp, empty_database, open_tenant


@pytest.fixture(scope="module")
async def tenant(state: State, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[BackedUp]:
    """A tenant with a backup."""
    async with open_tenant(state, tmp_path_factory.mktemp("archive")) as tenant:
        await tenant.make()
        yield tenant


@pytest.fixture
async def target(state: State) -> AsyncIterator[str]:
    async with empty_database(state) as dsn:
        yield dsn


async def test_a_restored_database_works_as_the_tenants_did(tenant: BackedUp, target: str) -> None:
    proof = await tenant.backups().restore(FOLDER, dsn=Secret(target))

    assert proof.differences == ()
    connection = await asyncpg.connect(target)
    try:
        assert await connection.fetchval("select nextval('public.invoice_numbers')") == 1010
        assert await connection.fetchval("select nextval('public.untouched')") == 1
        assert await connection.fetchval("select email from auth.identities") == "ann@customer.com"
        await connection.execute("set role authenticated")
        claims = json.dumps({"sub": "00000000-0000-0000-0000-000000000001"})
        await connection.execute("select set_config('request.jwt.claims', $1, false)", claims)
        notes = await connection.fetch('select note, loud from "Own schema"."odd ""big"" table"')
        assert [tuple(row) for row in notes] == [("ärger", "ÄRGER")]
    finally:
        await connection.close()


async def test_a_project_of_supabase_takes_it_with_its_own_tables(tenant: BackedUp, tmp_path: Path) -> None:
    """Its auth.users is there already, owned by Supabase, with columns that are computed."""
    async with open_tenant(tenant.state, tmp_path) as other:
        await other.run(
            'drop schema "Own schema" cascade; drop schema public cascade; create schema public;'
            "delete from auth.users; delete from storage.buckets;"
            "grant usage on schema public to anon, authenticated, service_role"
        )
        await other.run("drop policy own_invoices on storage.objects", superuser=True)
        user, database = other.address.user, other.address.database
        owner = tenant.state.dsn(database, user=user, password=other.password.reveal())

        proof = await tenant.backups().restore(FOLDER, dsn=Secret(owner))
        # A policy on Supabase's tables takes a right that the stand-in does not give its owner.
        assert proof.differences == ("attached policy storage.objects.own_invoices is missing",)
        assert proof.notes == (
            "storage.objects.own_invoices can't be put back: must be owner of table objects",
        )
        async with other.connect() as connection:
            assert await connection.fetchval("select confirmed_at is null from auth.users limit 1")
            assert await connection.fetchval('select count(*) from "Own schema"."odd ""big"" table"') == 3


async def test_a_restore_that_was_cut_is_made_anew(tenant: BackedUp, tmp_path: Path) -> None:
    """In a project of Supabase: whatever a killed try has left goes, and only that."""
    async with open_tenant(tenant.state, tmp_path, filled=False) as other:
        backups = tenant.backups()

        async def restore() -> Proof:
            return await backups.restore_tenant(
                FOLDER, address=other.address, password=other.password, manifest_sha256=None
            )

        _without_policy(await restore())  # not equal, so it is marked as half-made
        await other.run(
            'create type public.mood as enum (\'well\'); create schema "More"; create table "More".thing ()'
        )
        _without_policy(await restore())

        await other.run("drop schema tenantbot_restore")
        with pytest.raises(Refused, match="is not empty"):
            await restore()


async def test_rows_that_came_since_are_named(tenant: BackedUp) -> None:
    """Asked of the very database that was backed up."""
    backups, address, password = tenant.backups(), tenant.address, tenant.password
    assert await backups.changed_since(FOLDER, address=address, password=password) == []
    await tenant.run("insert into public.products (sku, product_name) values ('new-one', 'New')")
    try:
        (changed,) = await backups.changed_since(FOLDER, address=address, password=password)
        assert changed.startswith("table public.products has")
    finally:
        await tenant.run("delete from public.products where sku = 'new-one'")


def _without_policy(proof: Proof) -> None:
    """A policy on Supabase's tables takes a right that the stand-in does not give its owner."""
    assert proof.differences == ("attached policy storage.objects.own_invoices is missing",)


async def test_a_database_that_is_not_empty_stays_as_it_is(tenant: BackedUp, target: str) -> None:
    connection = await asyncpg.connect(target)
    await connection.execute("create table public.precious ()")
    try:
        with pytest.raises(Refused, match=r"is not empty: it has table public\.precious") as refused:
            await tenant.backups().restore(FOLDER, dsn=Secret(target))
        assert refused.value.code == "not_empty"
        assert await connection.fetchval("select to_regnamespace('auth') is null")
    finally:
        await connection.close()


async def test_a_damaged_backup_is_not_restored(tenant: BackedUp, target: str) -> None:
    raw = tenant.file("database.dump").read_bytes()
    tenant.file("database.dump").write_bytes(raw[:-1] + bytes([raw[-1] ^ 1]))
    try:
        with pytest.raises(Permanent, match=r"database\.dump has other bytes"):
            await tenant.backups().restore(FOLDER, dsn=Secret(target))
    finally:
        tenant.file("database.dump").write_bytes(raw)
    connection = await asyncpg.connect(target)
    assert await connection.fetchval("select to_regnamespace('auth') is null")
    await connection.close()


async def test_the_manifest_says_what_was_there(tenant: BackedUp) -> None:
    manifest = Manifest.from_json(json.loads(tenant.file("manifest.json").read_text(encoding="utf-8")))

    contents = manifest.contents
    assert contents.schemas == ("Own schema", "public")
    (users,) = [table for table in contents.carried if table.label == "auth.users"]
    assert (users.rows, users.keys[0]) == (2, ("id",))
    needed = {one.name: one.needed_by for one in contents.extensions}
    assert needed["uuid-ossp"] == ("default value for column id of table public.sessions_of_ours",)
    assert needed["pg_stat_statements"] == ()
    assert "authenticated" in contents.roles
    assert set(manifest.files) == {"database.dump", *(f"{table.label}.copy" for table in contents.carried)}
    assert list(contents.catalog["attached trigger"]) == ["auth.users.greet"]
    assert Manifest.from_json(json.loads(json.dumps(manifest.to_json()))) == manifest


async def test_a_move_that_was_cut_goes_on_and_is_done_once(tenant: BackedUp, tmp_path: Path) -> None:
    archive = BackedUp(tenant.state, tenant.address, tenant.password, tmp_path)
    backups, buried = archive.backups(), "archives/customerinc-20261124"
    for name in ("a.copy", "database.dump", "manifest.json"):
        await backups.write(f"{FOLDER}/{name}", {"name": name})
    await archive.archive.rename(f"{FOLDER}/a.copy", f"{buried}/a.copy")

    await backups.move(FOLDER, buried)
    await backups.move(FOLDER, buried)

    assert await backups.list(FOLDER) == []
    assert await backups.list(buried) == [
        f"{buried}/{name}" for name in ("a.copy", "database.dump", "manifest.json")
    ]
    assert await backups.read(f"{buried}/manifest.json") == {"name": "manifest.json"}
    with pytest.raises(Permanent, match="has no backups/nobody-20261124"):
        await backups.move("backups/nobody-20261124", "archives/nobody-20261124")
    with pytest.raises(Permanent, match="lacks a file"):
        await backups.read(f"{buried}/deletion.json")
