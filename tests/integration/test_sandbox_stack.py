"""The stand-ins as a whole: one document says where they are, and they come back however they ended."""

import asyncio
import json
import os
import shutil
import signal
import smtplib
import ssl
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import asyncpg
import dns.asyncresolver
import httpx
import pytest

from sandbox.attach import attach
from sandbox.document import SandboxDocument
from sandbox.errors import AlreadyServedError, SandboxError
from sandbox.locks import locked
from sandbox.ports import HOST
from sandbox.postgres import PostgresServer
from sandbox.stack import Stack

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    async with Stack(tmp_path_factory.mktemp("stack"), project_seconds=0.1, fsync=False) as stack:
        yield stack
    shutil.rmtree(stack.server.folder)


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False) as client:
        yield client


def host_and_port(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host, int(port)


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def test_the_document_is_whole_and_for_its_owner_only(stack: Stack) -> None:
    path = stack.home / "sandbox.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert SandboxDocument.load(stack.home) == stack.document
    later = {"admin_api"}
    assert json.loads(path.read_text()).keys() == asdict(stack.document).keys() - later


async def test_every_secret_under_home_is_for_its_owner_only(stack: Stack) -> None:
    files = [path for path in (stack.home / "sandbox").iterdir() if path.is_file()]
    assert {path.name for path in files} >= {"credentials.json", "ports.json", "tenants.key", "mail.key"}
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in files)


async def test_the_control_planes_database_is_there_and_empty(stack: Stack) -> None:
    connection = await asyncpg.connect(stack.document.database_url)
    tables = await connection.fetchval(
        "select count(*) from information_schema.tables where table_schema = 'public'"
    )
    await connection.close()
    assert tables == 0


async def test_the_apis_answer_to_their_tokens(stack: Stack, client: httpx.AsyncClient) -> None:
    at = stack.document
    projects = f"{at.supabase_api}/v1/projects"
    assert (await client.get(projects, headers=bearer(at.supabase_token))).status_code == 200
    assert (await client.get(projects, headers=bearer("wrong"))).status_code == 401
    assert (await client.post(f"{at.slack_api}auth.test", headers=bearer(at.slack_bot_token))).json()["ok"]
    records = f"{at.cloudflare_api}/zones/{at.cloudflare_zone}/dns_records"
    assert (await client.get(records, headers=bearer(at.cloudflare_token))).status_code == 200
    assert (await client.get(records, headers=bearer("wrong"))).status_code in {400, 401, 403}


async def test_a_tenant_is_reached_by_its_name_over_tls(stack: Stack) -> None:
    port = host_and_port(stack.document.url_template)[1]
    trusting = ssl.create_default_context(cafile=stack.document.ca_file)
    _, writer = await asyncio.open_connection(
        HOST, port, ssl=trusting, server_hostname="harbour.taskifai.test"
    )
    writer.close()
    with suppress(ConnectionError, ssl.SSLError):
        await writer.wait_closed()
    with pytest.raises(ssl.SSLCertVerificationError):
        await asyncio.open_connection(HOST, port, ssl=trusting, server_hostname="taskifai.example")


async def test_names_resolve(stack: Stack) -> None:
    resolver = dns.asyncresolver.Resolver(configure=False)
    host, resolver.port = host_and_port(stack.document.dns)
    resolver.nameservers = [host]
    answer = await resolver.resolve(f"harbour.{stack.document.domain}", "A")
    assert [record.to_text() for record in answer] == ["127.0.0.1"]


async def test_mail_goes_from_smtp_to_the_mailbox(stack: Stack, client: httpx.AsyncClient) -> None:
    await asyncio.to_thread(send_mail, stack.document)
    messages = (await client.get(f"{stack.document.mailbox}/messages")).json()
    assert [(message["to"], message["subject"]) for message in messages] == [("ada@customer.test", "Hello")]
    await client.delete(f"{stack.document.mailbox}/messages")
    assert (await client.get(f"{stack.document.mailbox}/messages")).json() == []


def send_mail(at: SandboxDocument) -> None:
    with smtplib.SMTP(*host_and_port(at.smtp)) as connection:
        connection.starttls(context=ssl.create_default_context(cafile=at.ca_file))
        connection.login(at.smtp_user, at.smtp_password)
        connection.sendmail("bot@taskifai.test", ["ada@customer.test"], "Subject: Hello\r\n\r\nHello, Ada.")


async def test_a_fault_is_switched_on_and_off(stack: Stack, client: httpx.AsyncClient) -> None:
    at = stack.document
    fault = {"service": "supabase", "path": "/v1/projects", "kind": "html", "times": None, "delay": 0}
    assert (await client.post(at.faults, json=fault)).status_code == 201
    assert [known["kind"] for known in (await client.get(at.faults)).json()] == ["html"]
    headers = bearer(at.supabase_token)
    assert (await client.get(f"{at.supabase_api}/v1/projects", headers=headers)).status_code == 503
    assert (await client.delete(at.faults)).status_code == 204
    assert (await client.get(f"{at.supabase_api}/v1/projects", headers=headers)).status_code == 200


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"kind": "melts"}, "kind: for supabase one of"),
        ({"service": "weather"}, "service: one of"),
        ({"times": 0}, "times"),
        ({"often": 3}, "often"),
    ],
)
async def test_refuses_a_fault_that_it_does_not_know(
    stack: Stack, client: httpx.AsyncClient, change: dict[str, object], says: str
) -> None:
    answer = await client.post(stack.document.faults, json={"service": "supabase", "kind": "5xx", **change})
    assert answer.status_code == 400
    assert says in answer.json()["message"]


async def test_a_second_stack_of_the_same_home_is_refused(stack: Stack) -> None:
    with pytest.raises(AlreadyServedError):
        await Stack(stack.home).__aenter__()


async def test_comes_back_in_the_same_place(tmp_path: Path) -> None:
    documents = []
    for _ in range(2):
        async with Stack(tmp_path, fsync=False) as stack:
            documents.append(stack.document)
        assert not (tmp_path / "sandbox.json").exists()
    shutil.rmtree(stack.server.folder)
    assert documents[0] == documents[1]


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Path]:
    """A home for stand-ins in a process of their own; all of it is ended and removed after the test."""
    yield tmp_path
    document = SandboxDocument.load(tmp_path)
    if document is not None:
        with suppress(ProcessLookupError):
            os.kill(document.pid, signal.SIGTERM)
    await until_gone(tmp_path)
    server = PostgresServer(tmp_path)
    await server.start()
    await server.stop()
    shutil.rmtree(server.folder)


async def until_gone(home: Path) -> None:
    async with asyncio.timeout(30), locked(home / "sandbox.lock"):
        pass


async def healthy_pid(document: SandboxDocument) -> int:
    async with httpx.AsyncClient(trust_env=False) as client:
        pid: int = (await client.get(f"{document.control}/health")).json()["pid"]
        return pid


async def attached_pid(home: Path) -> int:
    async with attach(home) as document:
        return document.pid


async def test_users_that_come_at_once_share_one_process(home: Path) -> None:
    pids = await asyncio.gather(*(attached_pid(home) for _ in range(3)))
    assert len(set(pids)) == 1


async def test_attaches_again_after_the_stand_ins_were_killed(home: Path) -> None:
    async with attach(home, project_seconds=0.1) as before:
        os.kill(before.pid, signal.SIGKILL)
        async with attach(home, project_seconds=0.1) as after:
            assert after.pid != before.pid
            assert after.database_url == before.database_url
            assert after.supabase_token == before.supabase_token
            assert await healthy_pid(after) == after.pid


async def test_attaches_again_after_postgres_was_killed(home: Path) -> None:
    async with attach(home) as before:
        connection = await asyncpg.connect(before.database_url)
        data = await connection.fetchval("show data_directory")
        await connection.close()
        os.kill(int((Path(data) / "postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)
        async with attach(home) as after:
            assert after == before
            connection = await asyncpg.connect(after.database_url)
            await connection.close()


async def test_leaves_some_time_after_its_last_user(home: Path) -> None:
    await attached_pid(home)
    await until_gone(home)
    assert await attached_pid(home)


async def test_says_in_one_sentence_why_it_does_not_start(home: Path) -> None:
    with pytest.raises(SandboxError, match="holds no PostgreSQL"):
        async with attach(home, bin_dir=home):
            pass


async def test_a_second_process_of_the_same_home_leaves_it_to_the_first(home: Path) -> None:
    async with attach(home) as document:
        second = await a_process("--home", str(home))
        assert second.returncode == 0
        assert SandboxDocument.load(home) == document


async def test_a_folder_that_cannot_be_made_is_named_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    process = await a_process("--home", str(tmp_path / "file"))
    assert process.returncode == 1
    assert process.stderr.splitlines() == [
        f"The folder {tmp_path}/file/sandbox cannot be made: Not a directory."
    ]


async def a_process(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sandbox", *options]
    return await asyncio.to_thread(
        subprocess.run,
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
