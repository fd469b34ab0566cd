"""PostgreSQL's data folder: made once, and the command that serves it."""

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.files import write_private
from sandbox.ports import HOST
from sandbox.postgres.binaries import Binaries
from sandbox.postgres.place import Place
from sandbox.postgres.process import command_as, environment

_BUILTIN_LOCALE_SINCE = 17
_ITERATIONS_SINCE = 16


def initialise(place: Place, *, user: str, password: str, fsync: bool) -> None:
    """Make the data folder if there is none; under a draft name first, as initdb may be killed."""
    if place.data.exists():
        _check_version(place)
        return
    draft = place.folder / "pg.tmp"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    place.hand_over(draft)
    password_file = place.folder / "initial-password"
    write_private(password_file, password)
    try:
        place.hand_over(password_file)
        _run_initdb(place, draft, password_file, user=user, fsync=fsync)
    finally:
        password_file.unlink()
    draft.rename(place.data)


def server_command(place: Place, *, port: int, fsync: bool) -> list[str]:
    settings = {
        "listen_addresses": HOST,
        "port": str(port),
        "unix_socket_directories": "",
        "max_connections": "200",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "shared_preload_libraries": "pg_stat_statements",  # as every Supabase project has it
        "autovacuum_naptime": "10min",  # the time is shared out to all databases, and of those there are many
        "log_checkpoints": "off",
        "log_min_error_statement": "panic",  # statements carry passwords; the log must not
        **_password_settings(place.binaries),
    }
    if not fsync:
        # What was committed has still left the process, so it outlives everything but the machine.
        settings |= {"fsync": "off", "full_page_writes": "off"}
    return [place.binaries.program("postgres"), "-D", str(place.data), *_options(settings)]


def _run_initdb(place: Place, draft: Path, password_file: Path, *, user: str, fsync: bool) -> None:
    command = [
        place.binaries.program("initdb"), "-D", str(draft), "-U", user, f"--pwfile={password_file}",
        "--auth=scram-sha-256", "--encoding=UTF8", *_locale(place.binaries),
        *_options(_password_settings(place.binaries)),
        *([] if fsync else ["--no-sync"]),
    ]  # fmt: skip
    answer = subprocess.run(
        command_as(place.account, signal.SIGKILL, command),
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, cwd="/", env=environment(),
    )  # fmt: skip
    if answer.returncode != 0:
        who = f" as user id {place.account.uid}" if os.geteuid() == 0 else ""
        reason = (answer.stderr or answer.stdout).strip()
        raise SandboxError(f"PostgreSQL's data folder could not be made{who}: {reason}")


def _password_settings(binaries: Binaries) -> dict[str, str]:
    """Passwords here are long and random: hashing one again and again only makes every connection wait."""
    return {"scram_iterations": "64"} if binaries.major >= _ITERATIONS_SINCE else {}


def _options(settings: Mapping[str, str]) -> list[str]:
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]


def _locale(binaries: Binaries) -> list[str]:
    """Letters of every language compare and fold alike on every machine, where PostgreSQL can do that."""
    if binaries.major >= _BUILTIN_LOCALE_SINCE:
        return ["--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return ["--no-locale"]


def _check_version(place: Place) -> None:
    made_by = int((place.data / "PG_VERSION").read_text(encoding="utf-8"))
    if made_by != place.binaries.major:
        raise SandboxError(
            f"The data in {place.data} was made by PostgreSQL {made_by}, but {place.binaries.bin_dir} holds "
            f"PostgreSQL {place.binaries.major}: use PostgreSQL {made_by} or a new --home."
        )
