"""The audit log's heads in the archive: `audit/heads/<number>.json`, each written once and never again."""

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import obstore
import structlog
from obstore.exceptions import AlreadyExistsError
from obstore.store import ObjectStore

from provisioning.domain.audit import Head

log = structlog.get_logger(__name__)

_FOLDER: Final = "audit/heads"
_DIGITS: Final = 12
"""So many that names sort as numbers do."""
_AT_ONCE: Final = 32


async def keep(store: ObjectStore, head: Head) -> None:
    content = json.dumps(head.to_json()).encode()
    with suppress(AlreadyExistsError):
        await obstore.put_async(store, f"{_FOLDER}/{head.seq:0{_DIGITS}}.json", content, mode="create")


async def newest(store: ObjectStore, *, limit: int) -> Sequence[Head]:
    paths: list[str] = []
    async for page in obstore.list(store, prefix=_FOLDER):
        paths += [one["path"] for one in page]
    gate = asyncio.Semaphore(_AT_ONCE)
    found = await asyncio.gather(*(_read(store, path, gate) for path in sorted(paths)[-limit:]))
    return [head for head in found if head is not None]


async def _read(store: ObjectStore, path: str, gate: asyncio.Semaphore) -> Head | None:
    async with gate:
        content = await (await obstore.get_async(store, path)).bytes_async()
    try:
        return Head.from_json(json.loads(bytes(content)))
    except (KeyError, TypeError, ValueError):
        log.warning("not the head of an audit log", path=path)
        return None
