"""The archive: a folder (`file:///…`) or a bucket (`s3://bucket/prefix`), named by one URL.

A bucket's region, keys and endpoint come from the usual AWS variables.
"""

import asyncio
import contextlib
import secrets

import obstore
from obstore.exceptions import BaseError
from obstore.store import ObjectStore, from_url

from provisioning.errors import Permanent

_PROBE = b"tenantbot may write here\n"


class ObjectArchive:
    """Implements the port Archive."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def check_access(self) -> None:
        """Write, read and remove a tiny object of its own. Raises Permanent when any of it fails."""
        path = f".access-check-{secrets.token_hex(8)}"
        try:
            store = await asyncio.to_thread(self._open)
            await obstore.put_async(store, path, _PROBE)
            try:
                found = bytes(await (await obstore.get_async(store, path)).bytes_async())
            finally:
                await obstore.delete_async(store, path)
        except (BaseError, OSError, ValueError) as fault:
            raise Permanent(
                f"The archive {self._url} can't be used; check ARCHIVE_URL: {_first_line(fault)}",
                code="archive",
            ) from fault
        if found != _PROBE:
            raise Permanent(
                f"The archive {self._url} gives back something else than was written; check ARCHIVE_URL.",
                code="archive",
            )

    def _open(self) -> ObjectStore:
        if self._url.startswith("file:"):
            return from_url(self._url, mkdir=True)
        return from_url(self._url)


def _first_line(fault: Exception) -> str:
    """Drop the library's dump of its own structures, which follows after an empty line."""
    with contextlib.suppress(IndexError):
        return str(fault).splitlines()[0]
    return type(fault).__name__
