"""The embedded PostgreSQL survives what happens to processes, and leaves no trace on the machine."""

import asyncio
import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest

from sandbox.errors import SandboxError
from sandbox.ports import HOST
from sandbox.postgres import PostgresServer

ROOT = Path(__file__).parent.parent.parent
START_AND_WAIT = """
import asyncio, sys
from pathlib import Path
from sandbox.postgres import PostgresServer

async def main():
    server = PostgresServer(Path(sys.argv[1]), fsync=False)
    await server.start()
    print(server.pid, server.port, flush=True)
    await asyncio.to_thread(sys.stdin.read)

asyncio.run(main())
"""
Servers = Callable[..., PostgresServer]


@pytest.fixture
async def servers(tmp_path: Path) -> AsyncIterator[Servers]:
    """Make servers in this test's home; what they leave behind is removed, outside home too."""
    made: list[PostgresServer] = []

    def make(home: Path = tmp_path, bin_dir: Path | None = None) -> PostgresServer:
        made.append(PostgresServer(home, bin_dir=bin_dir, fsync=False))
        return made[-1]

    yield make
    for server in made:
        with suppress(SandboxError, FileNotFoundError):
            await server.stop()
            shutil.rmtree(server.folder)


@pytest.fixture
async def server(servers: Servers) -> PostgresServer:
    started = servers()
    await started.start()
    return started


async def execute(server: PostgresServer, statement: str) -> None:
    connection = await asyncpg.connect(server.dsn("postgres"))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def rows(server: PostgresServer) -> list[int]:
    connection = await asyncpg.connect(server.dsn("postgres"))
    try:
        return [row["n"] for row in await connection.fetch("select n from kept order by n")]
    finally:
        await connection.close()


async def a_process_that_starts_it(home: Path) -> tuple[asyncio.subprocess.Process, list[int]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        START_AND_WAIT,
        str(home),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    return process, [int(word) for word in (await process.stdout.readline()).split()]


async def until_gone(pid: int) -> None:
    async with asyncio.timeout(20):
        while is_alive(pid):  # somebody else's child: nobody tells us
            await asyncio.sleep(0.02)


def is_alive(pid: int) -> bool:
    """Tell a process from a zombie, which has no command line."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes() != b""
    except FileNotFoundError:
        return False


def owner_of(pid: int | None) -> int:
    return int(subprocess.check_output(["ps", "-o", "uid=", "-p", str(pid)]))


async def test_keeps_rows_port_and_password_over_a_restart(server: PostgresServer, servers: Servers) -> None:
    await execute(server, "create table kept (n int); insert into kept values (1)")
    await server.stop()
    again = servers()
    await again.start()
    assert await rows(again) == [1]
    assert (again.port, again.password) == (server.port, server.password)


async def test_adopts_the_server_that_runs_already(server: PostgresServer, servers: Servers) -> None:
    other = servers()
    await other.start()
    assert (other.pid, other.port) == (server.pid, server.port)


async def test_processes_that_start_at_once_share_one_server(tmp_path: Path, servers: Servers) -> None:
    started = await asyncio.gather(*(a_process_that_starts_it(tmp_path) for _ in range(3)))
    assert len({tuple(says) for _, says in started}) == 1
    for process, _ in started:
        process.kill()
        await process.communicate()
    await servers().start()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent has died")
async def test_stops_when_the_process_that_started_it_is_killed(tmp_path: Path, servers: Servers) -> None:
    process, (pid, port) = await a_process_that_starts_it(tmp_path)
    process.kill()
    await process.communicate()
    await until_gone(pid)
    again = servers()
    await again.start()
    assert again.port == port
    assert again.pid != pid


async def test_recovers_every_row_after_a_kill(server: PostgresServer) -> None:
    await execute(server, "create table kept (n int); insert into kept select generate_series(1, 100)")
    killed = server.pid
    assert killed is not None
    os.kill(killed, signal.SIGKILL)  # the child stays a zombie until someone looks after it
    await server.start()
    assert server.pid != killed
    assert await rows(server) == list(range(1, 101))


async def test_starts_beside_a_pid_file_that_names_a_stranger(server: PostgresServer) -> None:
    await server.stop()
    pid_file = server.folder / "pg" / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{server.folder / 'pg'}\n1\n{server.port}\n")
    await server.start()
    await execute(server, "select 1")


async def test_chooses_a_new_port_when_the_old_one_is_taken(server: PostgresServer) -> None:
    await server.stop()
    old = server.port
    stranger = await asyncio.start_server(lambda _r, _w: None, HOST, old)
    async with stranger:
        await server.start()
    assert server.port != old
    await execute(server, "select 1")


async def test_a_killed_initdb_leaves_nothing_in_the_way(server: PostgresServer) -> None:
    await server.stop()
    (server.folder / "pg").rename(server.folder / "pg.tmp")
    (server.folder / "pg.tmp" / "global").rename(server.folder / "pg.tmp" / "lost")
    await server.start()
    await execute(server, "select 1")


async def test_lets_nobody_in_without_the_password(postgres_server: PostgresServer) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(postgres_server.dsn("postgres", user="postgres", password="wrong"))


async def test_listens_on_loopback_only(postgres_server: PostgresServer) -> None:
    connection = await asyncpg.connect(postgres_server.dsn("postgres"))
    addresses = await connection.fetchval("show listen_addresses")
    sockets = await connection.fetchval("show unix_socket_directories")
    await connection.close()
    assert (addresses, sockets) == ("127.0.0.1", "")


async def test_password_is_readable_by_its_owner_only(server: PostgresServer, tmp_path: Path) -> None:
    path = tmp_path / "postgres" / "password"
    assert path.read_text() == server.password
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become someone else")
async def test_root_runs_it_as_nobody_and_changes_no_mode(tmp_path: Path, servers: Servers) -> None:
    home = tmp_path / "closed" / "home"
    home.mkdir(parents=True)
    home.parent.chmod(0o700)
    before = {folder: folder.stat().st_mode for folder in (home, *home.parents)}
    server = servers(home)
    await server.start()
    assert {folder: folder.stat().st_mode for folder in before} == before
    data = server.folder / "pg"
    assert not data.is_relative_to(home)
    assert data.stat().st_uid != 0
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert owner_of(server.pid) == data.stat().st_uid
    await execute(server, "select 1")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become someone else")
async def test_what_temporary_homes_left_outside_goes_with_the_next_start(
    tmp_path: Path, servers: Servers
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    gone, there, following = (servers(closed / name) for name in ("gone", "there", "following"))
    for server in (gone, there):
        await server.start()
        await server.stop()
    shutil.rmtree(closed / "gone")
    await following.start()
    assert not gone.folder.exists()
    assert there.folder.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become someone else")
async def test_root_copies_programs_that_nobody_cannot_reach(
    tmp_path: Path, server: PostgresServer, servers: Servers
) -> None:
    package = server.bin_dir.parents[1]
    libraries = package.with_name(f"{package.name}.libs")
    if not libraries.is_dir():
        pytest.skip("the system's PostgreSQL cannot be moved")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    for part in (package, libraries):
        shutil.copytree(part, closed / part.name, ignore=shutil.ignore_patterns("include"))
    programs = closed / package.name / "pginstall" / "bin"
    other = servers(tmp_path / "home", programs)
    await other.start()
    assert other.bin_dir == programs
    await execute(other, "select 1")


async def test_says_in_a_sentence_that_a_folder_holds_no_postgres(tmp_path: Path, servers: Servers) -> None:
    with pytest.raises(SandboxError, match="holds no PostgreSQL"):
        await servers(bin_dir=tmp_path).start()


async def test_says_in_a_sentence_that_another_version_made_the_data(server: PostgresServer) -> None:
    await server.stop()
    (server.folder / "pg" / "PG_VERSION").write_text("14\n")
    with pytest.raises(SandboxError, match="made by PostgreSQL 14"):
        await server.start()


async def test_says_in_a_sentence_why_it_does_not_start(server: PostgresServer) -> None:
    await server.stop()
    (server.folder / "pg" / "global" / "pg_control").unlink()
    with pytest.raises(SandboxError, match="did not start"):
        await server.start()
