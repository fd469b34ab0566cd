"""Where the server's files live and as whom it runs: PostgreSQL refuses to be root."""

import hashlib
import os
import pwd
import shutil
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sandbox.files import read_if_there, write_private
from sandbox.postgres.binaries import Binaries
from sandbox.postgres.process import Account, find_server

_NOBODY = 65534
_PASSABLE = 0o711  # others pass through and see nothing; the data folder inside is the account's alone
_SHARED_FOLDER = Path("/var/tmp")  # noqa: S108  # survives a restart of the machine; entered by mkdtemp only
_POINTER = "elsewhere"
_MADE_FOR = "home"


@dataclass(frozen=True)
class Place:
    """`folder` holds the data folder, `binaries` are programs that the account can run."""

    folder: Path
    account: Account
    binaries: Binaries

    @property
    def data(self) -> Path:
        return self.folder / "pg"

    def hand_over(self, path: Path) -> None:
        if os.geteuid() == 0:
            os.chown(path, self.account.uid, self.account.gid)


def make_folder(own: Path) -> None:
    """Create the folder under home; one that exists keeps its mode."""
    own.mkdir(mode=_PASSABLE if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)


def prepare_place(own: Path, binaries: Binaries) -> Place:
    """Settle in `own` (the folder under home) or, as root, where the unprivileged account can go."""
    if os.geteuid() != 0:
        return Place(own, Account(os.getuid(), os.getgid()), binaries)
    account = _account_for(own / "pg")
    folder = own if can_reach(account, own) else _folder_elsewhere(own)
    if not can_reach(account, binaries.bin_dir):
        binaries = _copy_binaries(binaries, folder)
    return Place(folder, account, binaries)


def can_reach(account: Account, path: Path) -> bool:
    """Tell whether this account may walk down to a folder and into it."""
    return all(_may_enter(account, folder.stat()) for folder in (path, *path.parents))


def _may_enter(account: Account, found: os.stat_result) -> bool:
    if found.st_uid == account.uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == account.gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)


def _account_for(data: Path) -> Account:
    """Return the owner of data that is there already (made before someone became root), else nobody."""
    if data.exists() and data.stat().st_uid != 0:
        return Account(data.stat().st_uid, data.stat().st_gid)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        return Account(_NOBODY, _NOBODY)
    return Account(nobody.pw_uid, nobody.pw_gid)


def _folder_elsewhere(own: Path) -> Path:
    """Return the private folder outside home that `own` remembers, or make one."""
    pointer = own / _POINTER
    remembered = read_if_there(pointer)
    if remembered is not None and Path(remembered).is_dir():
        return Path(remembered)
    name = f"tenantbot-{hashlib.sha256(bytes(own.parent)).hexdigest()[:12]}-"
    _remove_leftovers(name)
    folder = Path(tempfile.mkdtemp(prefix=name, dir=_SHARED_FOLDER))
    folder.chmod(_PASSABLE)
    write_private(pointer, str(folder))
    if own.is_relative_to(tempfile.gettempdir()):
        write_private(folder / _MADE_FOR, str(own))
    return folder


def _remove_leftovers(ours: str) -> None:
    """Remove what homes left behind that were deleted: earlier ones of this path, and those of temporary folders."""
    for folder in _SHARED_FOLDER.glob("tenantbot-*"):
        if _is_left(folder, ours) and find_server(folder / "pg") is None:
            shutil.rmtree(folder, ignore_errors=True)  # another may be at it too


def _is_left(folder: Path, ours: str) -> bool:
    """A home that lasts is not asked: whoever moves it moves its pointer along, and nobody here knows where to."""
    try:
        if folder.lstat().st_uid != 0:
            return False
        made_for = read_if_there(folder / _MADE_FOR)
    except OSError:
        return False
    if folder.name.startswith(ours):
        return True
    return made_for is not None and read_if_there(Path(made_for) / _POINTER) != str(folder)


def _copy_binaries(binaries: Binaries, folder: Path) -> Binaries:
    """Copy the programs to where the account reaches them, with the libraries they find by relative paths."""
    source = binaries.bin_dir.parent
    changed = (binaries.bin_dir / "postgres").stat().st_mtime_ns
    copy = folder / f"programs-{hashlib.sha256(f'{source} {changed}'.encode()).hexdigest()[:12]}"
    if not copy.is_dir():
        draft = folder / "programs.tmp"
        shutil.rmtree(draft, ignore_errors=True)
        for part in _parts_of(source):
            target = draft / part.relative_to(source.parents[1])
            shutil.copytree(part, target, symlinks=True)
        _open_to_others(draft)
        draft.rename(copy)
    return Binaries(copy / binaries.bin_dir.relative_to(source.parents[1]), binaries.major)


def _parts_of(source: Path) -> Iterator[Path]:
    """Name the folders of a moveable PostgreSQL; a package's libraries lie beside it or in it."""
    package = source.parent
    beside = (package.with_name(f"{package.name}.libs"), package / ".dylibs")
    yield from (
        part for part in (*(source / name for name in ("bin", "lib", "share")), *beside) if part.is_dir()
    )


def _open_to_others(folder: Path) -> None:
    """Let everyone enter and read our copy, whatever the umask was when it was made."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o555 if mode & stat.S_IXUSR else 0o444))
