"""Files in the archive: streamed in and out, so that a dump of any size needs little memory."""

import asyncio
import hashlib
import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager
from typing import Any, Final

import obstore
from obstore.exceptions import BaseError, NotFoundError, PermissionDeniedError, UnauthenticatedError
from obstore.store import ObjectStore

from provisioning.adapters.archive_store import open_store
from provisioning.domain.backup import StoredFile
from provisioning.errors import Permanent, Transient

_REFUSALS: Final = (PermissionDeniedError, UnauthenticatedError, PermissionError, ValueError)
_CHUNKS_AHEAD: Final = 2


class MissingFile(Permanent):
    """The archive answers, and what was asked for is not in it."""


class _AbandonedError(Exception):
    """Whoever fed an upload has stopped half-way: nothing of it may be kept."""


class BackupArchive:
    """A folder or a bucket, named by ARCHIVE_URL."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._opened: ObjectStore | None = None

    async def put(self, path: str, chunks: AsyncGenerator[bytes, None]) -> StoredFile:
        """Store what comes. It is there as a whole, or not at all when `chunks` fails or we are cancelled."""
        upload = _Upload()
        task = asyncio.ensure_future(obstore.put_async(await self._store(), path, upload.received()))
        with self._translated(f"Writing {path}"):
            try:
                digest, size = hashlib.sha256(), 0
                async with aclosing(chunks):
                    async for chunk in chunks:
                        digest.update(chunk)
                        size += len(chunk)
                        await upload.send(chunk, task)
                await upload.finish(task)
                await asyncio.shield(task)
            except BaseException:
                await upload.abandon(task)
                raise
        return StoredFile(digest.hexdigest(), size)

    async def get(self, path: str) -> AsyncGenerator[bytes, None]:
        """Give the file in pieces. Raises MissingFile when it is not there."""
        with self._translated(f"Reading {path}"):
            answer = await obstore.get_async(await self._store(), path)
            async for chunk in answer.stream():
                yield bytes(chunk)

    async def put_json(self, path: str, document: Mapping[str, Any]) -> StoredFile:
        text = json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"

        async def once() -> AsyncGenerator[bytes, None]:
            yield text.encode()

        return await self.put(path, once())

    async def get_bytes(self, path: str) -> bytes:
        return b"".join([chunk async for chunk in self.get(path)])

    async def list(self, prefix: str) -> Sequence[tuple[str, int]]:
        """Every file under a folder, with its size, sorted by name."""
        found: list[tuple[str, int]] = []
        with self._translated(f"Listing {prefix}"):
            async for page in obstore.list(await self._store(), prefix):
                found.extend((one["path"], one["size"]) for one in page)
        return sorted(found)

    async def rename(self, path: str, to: str) -> None:
        with self._translated(f"Moving {path}"):
            await obstore.rename_async(await self._store(), path, to)

    async def delete(self, path: str) -> None:
        with self._translated(f"Deleting {path}"):
            await obstore.delete_async(await self._store(), path)

    async def _store(self) -> ObjectStore:
        if self._opened is None:
            with self._translated("Opening it"):
                self._opened = await asyncio.to_thread(open_store, self._url)
        return self._opened

    @contextmanager
    def _translated(self, doing: str) -> Iterator[None]:
        try:
            yield
        except (NotFoundError, FileNotFoundError) as fault:
            raise MissingFile(
                f"The archive {self._url} lacks a file. {doing}: {_first_line(fault)}", code="archive_missing"
            ) from fault
        except _REFUSALS as fault:
            raise Permanent(
                f"The archive {self._url} can't be used; check ARCHIVE_URL. {doing}: {_first_line(fault)}",
                code="archive",
            ) from fault
        except (BaseError, OSError) as fault:
            raise Transient(
                f"The archive {self._url} failed. {doing}: {_first_line(fault)}", code="archive"
            ) from fault


class _Upload:
    """The queue between whoever sends chunks and the store that asks for them in its own time.

    The store's side can't be cancelled from here, only told to give up; so it always is, and waited for.
    """

    def __init__(self) -> None:
        self._queue: asyncio.Queue[bytes | _AbandonedError | None] = asyncio.Queue(_CHUNKS_AHEAD)

    async def received(self) -> AsyncIterator[bytes]:
        while (item := await self._queue.get()) is not None:
            if isinstance(item, _AbandonedError):
                raise item
            yield item

    async def send(self, item: bytes | None, task: asyncio.Future[Any]) -> None:
        """Hand over one piece; raises what the store says when it has stopped taking any."""
        putting = asyncio.ensure_future(self._queue.put(item))
        try:
            await asyncio.wait({putting, task}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            putting.cancel()
        if task.done():
            task.result()

    async def finish(self, task: asyncio.Future[Any]) -> None:
        await self.send(None, task)

    async def abandon(self, task: asyncio.Future[Any]) -> None:
        while not self._queue.empty():
            self._queue.get_nowait()
        self._queue.put_nowait(_AbandonedError())
        await asyncio.wait({task})
        task.cancelled() or task.exception()


def _first_line(fault: Exception) -> str:
    """Drop the library's dump of its own structures, which follows after an empty line."""
    return str(fault).split("\n", 1)[0] or type(fault).__name__
