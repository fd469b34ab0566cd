"""Be a user of a home's stand-ins; where none run, start them first, in a process that outlives this one."""

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from sandbox.document import SandboxDocument
from sandbox.errors import SandboxError
from sandbox.files import last_lines, make_private_folder
from sandbox.locks import FileLock
from sandbox.users import using

_START_SECONDS = 90.0
_PAUSE = 0.1
_PROJECT = Path(__file__).parent.parent


@asynccontextmanager
async def attach(
    home: Path, *, project_seconds: float | None = None, bin_dir: Path | None = None
) -> AsyncIterator[SandboxDocument]:
    """Hold the stand-ins of this home until the end; if they die meanwhile, attach again."""
    home = home.absolute()  # noqa: ASYNC240  # asks the system for the working folder only
    await asyncio.to_thread(make_private_folder, home / "sandbox")
    async with using(home):
        yield await _ensure_stand_ins(home, _command(home, project_seconds, bin_dir))


async def _ensure_stand_ins(home: Path, command: list[str]) -> SandboxDocument:
    log = home / "sandbox" / "stand-ins.log"
    process: subprocess.Popen[bytes] | None = None
    deadline = asyncio.get_running_loop().time() + _START_SECONDS
    while asyncio.get_running_loop().time() < deadline:
        if _is_served(home):
            document = await asyncio.to_thread(SandboxDocument.load, home)
            if document is not None and await _answers(document):
                return document
        elif process is None or process.returncode == 0:  # 0: it found another that was there first
            process = _spawn(command, log)
        if process is not None and process.returncode:
            break
        await asyncio.sleep(_PAUSE)
    raise SandboxError(
        f"The stand-ins did not start; {log} has the details. Its end:\n{_sentences(last_lines(log, 30))}\n"
        f"If {home} was made by another version, remove it to begin anew."
    )


def _sentences(text: str) -> str:
    """Keep what a person can read: no line of a traceback but its last."""
    lines = [
        line
        for line in text.splitlines()
        if line.strip() and not line.startswith((" ", "Traceback", "During"))
    ]
    return "\n".join(lines[-2:])


def _is_served(home: Path) -> bool:
    """Tell whether a process of stand-ins lives: it holds its lock, whatever else is lying around."""
    lock = FileLock(home / "sandbox.lock")
    free = lock.try_lock(shared=True)
    lock.release()
    return not free


async def _answers(document: SandboxDocument) -> bool:
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
            answer = await client.get(f"{document.control}/health")
    except httpx.TransportError:
        return False
    return answer.status_code == httpx.codes.OK and answer.json()["pid"] == document.pid


def _command(home: Path, project_seconds: float | None, bin_dir: Path | None) -> list[str]:
    command = [sys.executable, "-P", "-m", "sandbox", "--home", str(home)]
    if project_seconds is not None:
        command += ["--project-seconds", str(project_seconds)]
    if bin_dir is not None:
        command += ["--bin-dir", str(bin_dir.absolute())]
    return command


def _spawn(command: list[str], log: Path) -> subprocess.Popen[bytes]:
    """Start the stand-ins apart from our terminal and our folder; what they say goes to their log."""
    paths = [str(_PROJECT), *filter(None, [os.environ.get("PYTHONPATH")])]
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=descriptor, stderr=descriptor, cwd="/",
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)}, start_new_session=True,
        )  # fmt: skip
    finally:
        os.close(descriptor)
    # It may end before us: someone has to wait for it, or it stays as a zombie.
    threading.Thread(target=process.wait, name="stand-ins", daemon=True).start()
    return process
