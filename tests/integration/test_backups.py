"""Backups of a real tenant database: made, proved, and told when they are not what they were."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from provisioning.adapters.backups.proof import scratch_name
from provisioning.domain.secret import Secret
from provisioning.errors import Permanent
from sandbox.state import State
from tests.integration.backup_tenant import (
    FOLDER,
    REF,
    RUN,
    BackedUp,
    fake_program,
    open_tenant,
    scratch_databases,
)


@pytest.fixture(scope="module")
async def shared(state: State, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[BackedUp]:
    async with open_tenant(state, tmp_path_factory.mktemp("archive")) as tenant:
        yield tenant


@pytest.fixture
def tenant(shared: BackedUp, tmp_path: Path) -> BackedUp:
    """The tenant that all tests here share, with an archive of this test's own."""
    return BackedUp(shared.state, shared.address, shared.password, tmp_path)


# --- Made and proved ------------------------------------------------------------------------------


async def test_a_backup_comes_back_as_it_was(tenant: BackedUp) -> None:
    ref = await tenant.make()
    proof = await tenant.prove(ref)

    assert proof.differences == ()
    assert proof.ok
    assert (proof.tables, proof.rows) == (ref.tables, ref.rows)
    assert ref.tables == 11 + 2 + 4
    assert "tenantbot_proof_backups_customerinc_20261124" in proof.restored_in
    assert await scratch_databases(tenant.state) == []


async def test_a_complete_backup_is_not_made_again(tenant: BackedUp) -> None:
    ref = await tenant.make()
    written = tenant.file("database.dump").stat().st_mtime_ns

    assert await tenant.make() == ref
    assert tenant.file("database.dump").stat().st_mtime_ns == written


@pytest.mark.parametrize(("ref", "run_id"), [("another", RUN), (REF, "deprovision-customerinc-2")])
async def test_a_folder_is_not_shared_with_another_project_or_run(
    tenant: BackedUp, ref: str, run_id: str
) -> None:
    await tenant.make()
    with pytest.raises(Permanent, match="holds the backup of another project"):
        await tenant.backups().make(
            subdomain="customerinc",
            project_ref=ref,
            run_id=run_id,
            address=tenant.address,
            password=tenant.password,
            folder=FOLDER,
        )


async def test_what_an_interrupted_one_left_is_replaced(tenant: BackedUp) -> None:
    ref = await tenant.make()
    tenant.file("manifest.json").unlink()
    tenant.file("database.dump").write_bytes(b"half")
    tenant.file("auth.gone.copy").write_bytes(b"of a table that is no more")

    again = await tenant.make()
    assert again.rows == ref.rows
    assert not tenant.file("auth.gone.copy").exists()
    assert (await tenant.prove(again)).ok


async def test_manifest_and_dump_are_of_one_moment(tenant: BackedUp, tmp_path: Path) -> None:
    """A customer who writes while the dump begins changes neither the numbers nor the dump."""
    real = tenant.state.server.bin_dir
    user = f"late-{tmp_path.name}@customer.com"
    psql = f"PGDATABASE={tenant.address.database} {real}/psql -qc"
    insert = f"insert into users (email, hashed_password, full_name) values ('{user}', 'x', 'X')"
    writing = f'[ "$1" = --version ] || {psql} "{insert}"'
    await fake_program(tmp_path / "bin", "pg_dump", f'{writing}\nexec {real}/pg_dump "$@"')
    await fake_program(tmp_path / "bin", "pg_restore", f'exec {real}/pg_restore "$@"')

    before = await tenant.make("backups/before-20261124")
    ref = await tenant.make(bin_dir=tmp_path / "bin")

    async with tenant.connect() as connection:
        assert await connection.fetchval("select count(*) from users where email = $1", user) == 1
    assert ref.rows == before.rows
    assert (await tenant.prove(ref)).differences == ()


async def test_an_abandoned_one_leaves_no_program_and_no_manifest(tenant: BackedUp, tmp_path: Path) -> None:
    pid_file, real = tmp_path / "pid", tenant.state.server.bin_dir
    script = f'[ "$1" = --version ] && exec {real}/pg_dump --version\necho $$ > {pid_file}\nexec sleep 1000'
    await fake_program(tmp_path / "bin", "pg_dump", script)
    await fake_program(tmp_path / "bin", "pg_restore", f'exec {real}/pg_restore "$@"')

    making = asyncio.ensure_future(tenant.make(bin_dir=tmp_path / "bin"))
    while not pid_file.exists() or not pid_file.read_text().endswith("\n"):
        await asyncio.sleep(0.01)
    making.cancel()
    with pytest.raises(asyncio.CancelledError):
        await making

    with pytest.raises(ProcessLookupError):
        os.kill(int(pid_file.read_text()), 0)
    kept = await tenant.backups().list(FOLDER)
    assert not [path for path in kept if path.endswith(("manifest.json", "database.dump"))]


# --- Not what it was ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["database.dump", "auth.users.copy", "manifest.json"])
async def test_one_flipped_bit_is_told(tenant: BackedUp, name: str) -> None:
    ref = await tenant.make()
    raw = bytearray(tenant.file(name).read_bytes())
    raw[len(raw) // 2] ^= 1
    tenant.file(name).write_bytes(raw)

    proof = await tenant.prove(ref)
    assert not proof.ok
    assert name in proof.differences[0]


async def test_every_missing_or_shortened_file_is_named(tenant: BackedUp) -> None:
    ref = await tenant.make()
    tenant.file("auth.users.copy").unlink()
    tenant.file("database.dump").write_bytes(b"short")

    (said,) = (await tenant.prove(ref)).differences
    assert f"{FOLDER}/auth.users.copy is missing" in said
    assert f"{FOLDER}/database.dump has other bytes than were written (5 instead of" in said


async def test_a_dump_with_other_contents_than_the_manifest_is_told(tenant: BackedUp) -> None:
    """Every byte is as written, and yet it is not what the manifest says."""
    earlier = "backups/earlier-20261124"
    await tenant.make(earlier)
    await tenant.run(
        """
        update auth.users set email = 'eve@customer.com' where email = 'bob@customer.com';
        update "Own schema"."odd ""big"" table" set ratio = 0.10000000000000002 where note = 'ärger';
        select nextval('public.invoice_numbers');
        create or replace function public.greet_new_user() returns trigger language plpgsql
            as $$ begin return old; end $$;
        drop policy own_rows on "Own schema"."odd ""big"" table";
        alter table "Own schema"."odd ""big"" table" disable row level security;
        """
    )
    try:
        await tenant.make()
        files = {path.name: path.read_bytes() for path in tenant.file("", earlier).iterdir()}

        def take_the_earlier_files(manifest: dict[str, Any]) -> None:
            manifest["files"] = json.loads(files["manifest.json"])["files"]

        for name in ("database.dump", "auth.users.copy", "auth.identities.copy", "storage.buckets.copy"):
            tenant.file(name).write_bytes(files[name])
        sha = tenant.rewrite_manifest(take_the_earlier_files)

        proof = await tenant.backups().prove(FOLDER, manifest_sha256=sha)
        assert proof.differences == (
            'table Own schema.odd "big" table has other rows',
            "table auth.users has other rows",
            "sequence public.invoice_numbers gives another value next",
            "function public.greet_new_user() differs",
            'policy "Own schema"."odd ""big"" table".own_rows is too much',
            'row security "Own schema"."odd ""big"" table" differs',
        )
    finally:
        await tenant.run(
            """
            update auth.users set email = 'bob@customer.com' where email = 'eve@customer.com';
            create policy own_rows on "Own schema"."odd ""big"" table" for select to authenticated
                using (owner = auth.uid());
            alter table "Own schema"."odd ""big"" table" enable row level security;
            """
        )


async def test_an_extension_that_the_server_lacks_is_missed_only_if_something_needs_it(
    tenant: BackedUp,
) -> None:
    await tenant.make()

    def add(*needed_by: str) -> str:
        extension = {"name": "no_such_thing", "version": "1", "schema": "extensions", "needed_by": needed_by}
        return tenant.rewrite_manifest(lambda it: it["contents"]["extensions"].append(extension))

    proof = await tenant.backups().prove(FOLDER, manifest_sha256=add())
    assert proof.ok
    assert proof.notes == (
        "extension no_such_thing: this server does not have it; nothing in the backup needs it",
    )

    proof = await tenant.backups().prove(FOLDER, manifest_sha256=add("index public.users_near"))
    assert "index public.users_near can't be without it" in proof.differences[0]


# --- Where it is proved ---------------------------------------------------------------------------


async def test_a_database_that_a_killed_proof_left_is_dropped_first(tenant: BackedUp) -> None:
    ref = await tenant.make()
    left = scratch_name(FOLDER)
    await tenant.state.pool.execute(f"create database {left}")
    connection = await asyncpg.connect(tenant.state.dsn(left))
    await connection.execute("create schema public_too; create table public.users (id integer)")

    assert (await tenant.prove(ref)).differences == ()
    assert await scratch_databases(tenant.state) == []
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)):
        await connection.fetchval("select 1")


async def test_an_abandoned_proof_leaves_no_database(tenant: BackedUp, tmp_path: Path) -> None:
    ref = await tenant.make()
    started, real = tmp_path / "started", tenant.state.server.bin_dir
    await fake_program(tmp_path / "bin", "pg_dump", f'exec {real}/pg_dump "$@"')
    script = f'[ "$1" = --version ] && exec {real}/pg_restore --version\ntouch {started}\nexec sleep 1000'
    await fake_program(tmp_path / "bin", "pg_restore", script)

    backups = tenant.backups(bin_dir=tmp_path / "bin")
    proving = asyncio.ensure_future(backups.prove(FOLDER, manifest_sha256=ref.manifest_sha256))
    while not started.exists():
        await asyncio.sleep(0.01)
    assert await scratch_databases(tenant.state) == [scratch_name(FOLDER)]
    proving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await proving
    assert await scratch_databases(tenant.state) == []


async def test_a_server_where_we_may_not_make_databases_is_refused_by_name(tenant: BackedUp) -> None:
    ref = await tenant.make()
    await tenant.state.pool.execute("create role no_maker login password 'not-a-secret'")
    server = Secret(tenant.state.dsn("postgres", user="no_maker", password="not-a-secret"))
    try:
        with pytest.raises(Permanent, match=r"may not create databases .* in PROOF_DATABASE_URL"):
            await tenant.backups(proof_server=server).prove(FOLDER, manifest_sha256=ref.manifest_sha256)
    finally:
        await tenant.state.pool.execute("drop role no_maker")


# --- What it can't hold ---------------------------------------------------------------------------


async def test_what_a_dump_can_not_hold_is_refused_by_name(tenant: BackedUp) -> None:
    await tenant.run(
        "insert into storage.objects (bucket_id, name) values ('invoices', 'a.pdf'), ('invoices', 'b.pdf');"
        "insert into vault.secrets (name, secret) values ('stripe', 'sealed elsewhere');"
        "create role reporting_of_customer login password 'not-a-secret'",
        superuser=True,
    )
    await tenant.run("grant select on public.users to reporting_of_customer", superuser=True)
    try:
        with pytest.raises(Permanent) as refused:
            await tenant.make()
        assert refused.value.code == "not_in_dump"
        for said in (
            "Storage objects: 2 in bucket invoices",
            "Vault secret: stripe",
            "login role with a password of its own: reporting_of_customer",
        ):
            assert said in refused.value.message
        assert await tenant.backups().list(FOLDER) == []
    finally:
        await tenant.run(
            "delete from storage.objects; delete from vault.secrets;"
            "drop owned by reporting_of_customer; drop role reporting_of_customer",
            superuser=True,
        )


async def test_a_wrong_password_is_told_without_it(tenant: BackedUp) -> None:
    wrong = Secret("certainly-not-it")
    with pytest.raises(Permanent, match="user or password refused") as refused:
        await tenant.backups().make(
            subdomain="customerinc",
            project_ref=REF,
            run_id=RUN,
            address=tenant.address,
            password=wrong,
            folder=FOLDER,
        )
    assert wrong.reveal() not in refused.value.message


# --- Programs -------------------------------------------------------------------------------------


async def test_the_program_that_dumps_is_named(tenant: BackedUp) -> None:
    said = await tenant.backups().check_tools(tenant.address, tenant.password)
    assert said.startswith("pg_dump ")


async def test_a_folder_without_the_programs_is_named(tenant: BackedUp, tmp_path: Path) -> None:
    with pytest.raises(Permanent, match=r"not found in .*nowhere \(TENANTBOT_PG_BIN\)"):
        await tenant.backups(bin_dir=tmp_path / "nowhere").check_tools(tenant.address, tenant.password)


async def test_programs_older_than_the_server_are_refused(tenant: BackedUp, tmp_path: Path) -> None:
    for name in ("pg_dump", "pg_restore"):
        await fake_program(tmp_path / "bin", name, f"echo '{name} (PostgreSQL) 9.6.24'")
    with pytest.raises(Permanent, match=r"pg_dump 9\.6\.24 in .* is older than .* TENANTBOT_PG_BIN"):
        await tenant.make(bin_dir=tmp_path / "bin")


async def test_what_a_failing_dump_says_is_told(tenant: BackedUp, tmp_path: Path) -> None:
    real = tenant.state.server.bin_dir
    for name in ("pg_dump", "pg_restore"):
        said = f"echo half; echo '{name}: error: the disk is made of cheese' >&2; echo 'a row' >&2; exit 1"
        await fake_program(tmp_path / "bin", name, f'[ "$1" = --version ] && exec {real}/{name} "$@"\n{said}')
    with pytest.raises(Permanent, match=r"pg_dump failed: error: the disk is made of cheese$"):
        await tenant.make(bin_dir=tmp_path / "bin")
    assert FOLDER + "/database.dump" not in await tenant.backups().list(FOLDER)
