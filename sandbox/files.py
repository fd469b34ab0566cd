"""Small files under home: written whole or not at all, readable by their owner only."""

import contextlib
import os
import tempfile
from pathlib import Path

from sandbox.errors import SandboxError


def make_private_folder(path: Path) -> Path:
    """Create a folder for its owner only; one that exists keeps its mode."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SandboxError(f"The folder {path} cannot be made: {error.strerror}.") from error
    return path


def write_private(path: Path, text: str) -> None:
    """Replace a file in one move, so that no reader ever sees half of it."""
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp makes it 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        Path(draft).replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(draft).unlink()
        raise


def read_if_there(path: Path) -> str | None:
    """Return what a file says, or None where there is no such file."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


def last_lines(path: Path, count: int) -> str:
    """Return the end of a log, for a message to a person."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return "\n".join(lines[-count:])
