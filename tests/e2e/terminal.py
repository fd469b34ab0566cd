"""The command line as a person runs it, with real processes."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from sandbox.document import SandboxDocument

ROOT = Path(__file__).resolve().parents[2]


def wanted(subdomain: str) -> tuple[str, ...]:
    """A request for this subdomain; its company names the project, so that each tenant's can be counted."""
    return ("--subdomain", subdomain, "--company", f"Company of {subdomain}", "--email", "admin@customer.com")


@dataclass(frozen=True)
class Answer:
    """What a finished command said."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        return found


@dataclass
class Terminal:
    """Runs `tenantbot … --sandbox` under one home."""

    home: Path
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, *arguments: str, quiet: bool = False) -> "subprocess.Popen[bytes]":
        """Start a command; a quiet one says nothing, so nobody has to read what it says."""
        pipe = subprocess.DEVNULL if quiet else subprocess.PIPE
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", *arguments, "--sandbox", "--home", str(self.home)],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "HOME": str(self.home)},
            stdout=pipe,
            stderr=pipe,
            preexec_fn=_listen_to_ctrl_c,  # noqa: PLW1509 - no thread of ours holds a lock that it needs
        )
        self.started.append(process)
        return process

    async def run(self, *arguments: str) -> Answer:
        process = self.start(*arguments)
        out, err = await asyncio.to_thread(process.communicate)
        return Answer(process.returncode, out.decode(), err.decode())

    async def provision(self, subdomain: str, *extra: str) -> Answer:
        return await self.run("provision", *wanted(subdomain), "--json", *extra)

    @property
    def document(self) -> SandboxDocument:
        found = SandboxDocument.load(self.home)
        assert found is not None
        return found

    def kill_everything(self) -> None:
        """kill -9: every command that still runs, then the stand-ins (and PostgreSQL, which dies with them)."""
        for process in self.started:
            process.kill()
            process.wait()
            _close(process)
        self.started.clear()
        if (found := SandboxDocument.load(self.home)) is not None:
            _kill(found.pid, signal.SIGKILL)

    @asynccontextmanager
    async def registry(self) -> AsyncIterator[asyncpg.Connection]:
        connection = await asyncpg.connect(self.document.database_url)
        try:
            yield connection
        finally:
            await connection.close()

    async def fault(
        self, service: str, kind: str, *, path: str = "", times: int | None = None, delay: float = 0
    ) -> None:
        wanted = {"service": service, "kind": kind, "path": path, "times": times, "delay": delay}
        async with httpx.AsyncClient(trust_env=False) as client:
            (await client.post(self.document.faults, json=wanted)).raise_for_status()

    async def clear_faults(self) -> None:
        async with httpx.AsyncClient(trust_env=False) as client:
            (await client.delete(self.document.faults)).raise_for_status()

    async def mail(self) -> list[dict[str, str]]:
        async with httpx.AsyncClient(trust_env=False) as client:
            found: list[dict[str, str]] = (await client.get(f"{self.document.mailbox}/messages")).json()
        return found


def _listen_to_ctrl_c() -> None:
    """A shell lets what it starts in the background ignore Ctrl-C, and its children's children too."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _kill(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _close(process: subprocess.Popen[bytes]) -> None:
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            stream.close()
