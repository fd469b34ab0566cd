"""The server as a process of the operating system: launched, recognised, signalled."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.postgres import launch

# Nothing of the caller's environment: no PGDATA, no locale, no proxy of a library.
_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
_PROCESSES = Path("/proc")  # Linux; elsewhere ps knows


@dataclass(frozen=True)
class Account:
    """Whom the server runs as."""

    uid: int
    gid: int


def command_as(account: Account, death_signal: signal.Signals, command: Sequence[str]) -> list[str]:
    """Wrap a command to run as the account, and to get the signal when the thread that started it ends."""
    launcher = [sys.executable, "-I", "-S", str(Path(launch.__file__).absolute())]
    return [*launcher, str(account.uid), str(account.gid), str(death_signal.value), *command]


def environment() -> dict[str, str]:
    libraries = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    return _ENVIRONMENT | libraries


def launch_server(account: Account, command: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    """Start the server. Call this from the main thread: the kernel ties the child to its maker thread."""
    if log.exists():
        log.replace(log.with_suffix(".log.old"))
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        return subprocess.Popen(
            command_as(account, signal.SIGINT, command),
            stdin=subprocess.DEVNULL, stdout=descriptor, stderr=descriptor,
            cwd="/", env=environment(), start_new_session=True,
        )  # fmt: skip
    finally:
        os.close(descriptor)


def find_server(data: Path) -> tuple[int, int] | None:
    """Return process id and port of the server that runs on this data folder, if one does.

    The pid file alone proves nothing: its process may be gone, be a zombie, or be somebody else by now.
    """
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        pid, port = int(lines[0]), int(lines[3])
    except (FileNotFoundError, IndexError, ValueError):
        return None
    line = _command_line(pid)
    return (pid, port) if "postgres" in line and str(data) in line else None


def send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _command_line(pid: int) -> str:
    """Return the command line of a living process; a zombie has none."""
    if (_PROCESSES / "self").exists():
        try:
            return (
                (_PROCESSES / str(pid) / "cmdline").read_bytes().decode(errors="replace").replace("\0", " ")
            )
        except OSError:
            return ""
    answer = subprocess.run(
        ["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return answer.stdout
