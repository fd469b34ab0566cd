"""Makes the project's own environment when it is missing, then hands everything to tenantbot.

Standard library only, for a clone on a machine that has nothing but Python and git:

    python3 run.py provision --sandbox --company "Customer Inc" --subdomain customerinc --email admin@customer.com
    python3 run.py test
    python3 run.py soak

With uv installed, `uv run tenantbot …` does the same.
"""

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

if os.name == "posix":
    import fcntl

ROOT = Path(__file__).resolve().parent
OLDEST = (3, 11)
LOCK = ROOT / "requirements.lock"
MOST_WORKERS = 4


def main() -> None:
    if sys.version_info < OLDEST:
        leave(
            f"tenantbot needs Python 3.11 or newer; this is {sys.version.split()[0]}. Start run.py with a newer one."
        )
    python = environment()
    word, *rest = sys.argv[1:] or ["--help"]
    if word == "test":
        command = [python, "-m", "pytest", "-m", "not soak", *side_by_side(), *rest]
    elif word == "soak":
        command = [python, "-m", "pytest", "-m", "soak", *rest]
    else:
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        command = [python, "-m", "bot", word, *rest]
    if word in {"test", "soak"}:
        os.chdir(ROOT)
    os.execv(python, command)


def side_by_side() -> list[str]:
    """Share the test files among the processors: most tests wait for other processes. `-n 0` at the end undoes it."""
    return ["-n", str(min(os.cpu_count() or 1, MOST_WORKERS)), "--dist", "loadfile"]


def environment() -> str:
    """Return the environment's Python, making or renewing the environment where it does not match the lock."""
    folder = ROOT / ".venv"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp = folder / "tenantbot.stamp"
    wanted = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted and python.exists():
        return str(python)
    try:
        with alone(ROOT / ".venv.lock"):
            if not (stamp.is_file() and stamp.read_text() == wanted):
                print("Setting up the environment in .venv; this is done once.", file=sys.stderr)
                make(folder)
                install(str(python))
                stamp.write_text(wanted)
    except OSError as fault:
        leave(f"The environment can't be made in {folder}: {fault}.")
    return str(python)


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Let one process at a time make the environment; the others wait and find it made."""
    with path.open("w") as file:
        if os.name == "posix":
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def make(folder: Path) -> None:
    try:
        import ensurepip  # noqa: F401, PLC0415 - only asked whether it is there
        import venv  # noqa: PLC0415
    except ImportError:
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        leave(
            "This Python can't make virtual environments. On Debian or Ubuntu: "
            f"`apt install python3-venv` (or python{version}-venv). With uv installed: `uv run tenantbot …`."
        )
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=True)


def install(python: str) -> None:
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    done = subprocess.run([*pip, "--require-hashes", "--only-binary", ":all:", "-r", str(LOCK)], check=False)
    if done.returncode:
        leave("The packages of requirements.lock could not be installed; pip's message above says why.")


def leave(message: str) -> None:
    print(message, file=sys.stderr)
    sys.exit(2)


if __name__ == "__main__":
    main()
