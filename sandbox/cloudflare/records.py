"""The endpoints under /dns_records: the zone, written the way Cloudflare's callers write it."""

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sandbox.cloudflare.conflicts import refuse_conflict
from sandbox.cloudflare.envelope import RefusalError, invalid, succeeded
from sandbox.cloudflare.fields import PROXIABLE, TYPES, Fields, read_fields
from sandbox.cloudflare.listing import select
from sandbox.dns.record import Record
from sandbox.dns.zone import Zone


class Records:
    def __init__(self, zone: Zone) -> None:
        self._zone = zone
        self._writing = asyncio.Lock()  # between the look for conflicts and the write

    async def list(self, request: Request) -> Response:
        shown, info = select(await self._zone.all(), request.query_params)
        return succeeded([_as_json(record) for record in shown], result_info=info)

    async def create(self, request: Request) -> Response:
        fields = read_fields(await _body(request), self._zone)
        async with self._writing:
            refuse_conflict(fields, await self._zone.find(fields.name))
            record_id = await self._zone.add(
                fields.name,
                fields.type,
                fields.content,
                ttl=fields.ttl,
                after=await self._zone.propagation(),
                comment=fields.comment,
                proxied=fields.proxied,
            )
        return succeeded(_as_json(await self._get(record_id)))

    async def get(self, request: Request) -> Response:
        return succeeded(_as_json(await self._asked(request)))

    async def replace(self, request: Request) -> Response:
        body = await _body(request)
        async with self._writing:
            record = await self._asked(request)
            return await self._change(record, read_fields(body, self._zone))

    async def edit(self, request: Request) -> Response:
        body = await _body(request)
        async with self._writing:
            record = await self._asked(request)
            return await self._change(record, read_fields(body, self._zone, before=record))

    async def delete(self, request: Request) -> Response:
        record = await self._asked(request)
        await self._zone.remove_by_id(record.id)
        return succeeded({"id": record.id})

    async def _change(self, record: Record, fields: Fields) -> Response:
        others = [other for other in await self._zone.find(fields.name) if other.id != record.id]
        refuse_conflict(fields, others)
        await self._zone.change(
            record.id,
            fields.name,
            fields.type,
            fields.content,
            ttl=fields.ttl,
            comment=fields.comment,
            proxied=fields.proxied,
        )
        return succeeded(_as_json(await self._get(record.id)))

    async def _asked(self, request: Request) -> Record:
        return await self._get(request.path_params["record_id"])

    async def _get(self, record_id: str) -> Record:
        record = await self._zone.find_by_id(record_id)
        # The zone's own records (SOA, NS) and those of other zones are nobody's to see here.
        if (
            record is None
            or record.type not in TYPES
            or self._zone.origin_of(record.name) != self._zone.domain
        ):
            raise RefusalError(404, 81044, "Record does not exist.")
        return record


async def _body(request: Request) -> Any:
    try:
        return await request.json()
    except ValueError as error:
        raise invalid("Request body is invalid.", 9207) from error


def _as_json(record: Record) -> dict[str, Any]:
    return {
        "id": record.id,
        "name": record.name,
        "type": record.type,
        "content": record.value,
        "proxiable": record.type in PROXIABLE,
        "proxied": record.proxied,
        "ttl": record.ttl,
        "settings": {},
        "meta": {},
        "comment": record.comment or None,
        "tags": [],
        "created_on": record.created_at.isoformat(),
        "modified_on": record.modified_at.isoformat(),
    }
