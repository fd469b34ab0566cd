"""The archive: a folder (`file:///…`) or a bucket (`s3://bucket/prefix`), named by one URL.

A bucket's region, keys and endpoint come from the usual AWS variables.
"""

import asyncio
import contextlib
import os
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import from_url

from provisioning.adapters import archived_heads
from provisioning.adapters.archive_store import open_store
from provisioning.domain.audit import Head
from provisioning.errors import Permanent


class ObjectArchive:
    """Implements the port Archive."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def check_access(self) -> None:
        """Look, and change nothing: is the folder one we may write to, does the bucket let us list it."""
        with self._said():
            look = self._look_at_folder if self._is_folder else self._look_at_bucket
            await asyncio.to_thread(look)

    async def try_out(self) -> None:
        path, content = f"tenantbot-doctor-{secrets.token_hex(8)}", secrets.token_bytes(64)
        with self._said():
            store = await asyncio.to_thread(open_store, self._url)
            await obstore.put_async(store, path, content)
            try:
                read = bytes(await (await obstore.get_async(store, path)).bytes_async())
            finally:
                await obstore.delete_async(store, path)
        if read != content:
            raise Permanent(
                f"The archive {self._url} gives back other bytes than it was given; check ARCHIVE_URL.",
                code="archive",
            )

    async def keep_head(self, head: Head) -> None:
        with self._said():
            await archived_heads.keep(await asyncio.to_thread(open_store, self._url), head)

    async def kept_heads(self, *, limit: int) -> Sequence[Head]:
        with self._said():
            return await archived_heads.newest(await asyncio.to_thread(open_store, self._url), limit=limit)

    @property
    def _is_folder(self) -> bool:
        return self._url.startswith("file:")

    @contextlib.contextmanager
    def _said(self) -> Iterator[None]:
        """Say what the archive answers in one sentence that names its setting."""
        try:
            yield
        except (BaseError, OSError, ValueError) as fault:
            raise Permanent(
                f"The archive {self._url} can't be used; check ARCHIVE_URL: {_first_line(fault)}",
                code="archive",
            ) from fault

    def _look_at_folder(self) -> None:
        """A folder that is not there yet is made with the first backup, if its parent lets us."""
        url = urlsplit(self._url)
        if url.netloc or not url.path:
            raise ValueError("a folder's URL looks like file:///var/backups")
        folder = Path(unquote(url.path))
        while not folder.exists():
            folder = folder.parent
        if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(f"{folder} is not a folder that we may write to")

    def _look_at_bucket(self) -> None:
        next(iter(obstore.list(from_url(self._url), chunk_size=1)), None)


def _first_line(fault: Exception) -> str:
    """Drop the library's dump of its own structures, which follows after an empty line."""
    with contextlib.suppress(IndexError):
        return str(fault).splitlines()[0]
    return type(fault).__name__
