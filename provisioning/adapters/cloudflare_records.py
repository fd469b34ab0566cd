"""Cloudflare's API as far as the DNS records of one zone go: calls, replies, refusals."""

from collections.abc import Collection, Mapping
from http import HTTPStatus
from typing import Any, Final, TypeVar

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from provisioning.adapters.http import call
from provisioning.adapters.http_answer import json_of, said
from provisioning.errors import Permanent, Transient, Unclear

SERVICE: Final = "Cloudflare"
PAGE: Final = 100

# Addresses or an alias of this name, another alias, the same record, the very same one.
_IS_THERE: Final = frozenset({81053, 81054, 81057, 81058})
_IS_GONE: Final = frozenset({81044})
_NO_SUCH_ZONE: Final = frozenset({1001, 7000, 7003})
_NO_ACCESS: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_BAD_TOKEN: Final = frozenset({6003, 6111, 9106, 9109, 10000})


class Record(BaseModel):
    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    type: str
    content: str = ""
    proxied: bool = False
    comment: str | None = None

    def __str__(self) -> str:
        return f"{self.type} {self.content}{' (proxied)' if self.proxied else ''}"


class _One(BaseModel):
    result: Record


class _Pages(BaseModel):
    total_pages: int = 1


class _Many(BaseModel):
    result: tuple[Record, ...]
    result_info: _Pages = _Pages()


Reply = TypeVar("Reply", bound=BaseModel)


class CloudflareRecords:
    """The records of one zone. The client brings the API's address and the token."""

    def __init__(self, client: httpx.AsyncClient, *, zone_id: str) -> None:
        self._client = client
        self._zone_id = zone_id
        self._path = f"/zones/{zone_id}/dns_records"

    async def check_access(self) -> None:
        self._read(_Many, await self._call("GET", params={"per_page": 1}))

    async def named(self, name: str) -> list[Record]:
        response = await self._call("GET", params={"name.exact": name})
        return [record for record in self._read(_Many, response).result if record.name == name]

    async def all(self, kind: str, *, per_page: int = PAGE) -> list[Record]:
        """List the records of a kind, page by page."""
        found: dict[str, Record] = {}
        page, pages = 1, 1
        while page <= pages:
            params = {"type": kind, "page": page, "per_page": per_page}
            reply = self._read(_Many, await self._call("GET", params=params))
            found.update((record.id, record) for record in reply.result)
            page, pages = page + 1, reply.result_info.total_pages
        return list(found.values())

    async def create(self, fields: Mapping[str, Any]) -> Record | None:
        """Return None when a record is there that this one can't stand beside."""
        response = await self._call("POST", json=fields, expected=_IS_THERE)
        return self._read(_One, response).result if response.is_success else None

    async def change(self, record: Record, fields: Mapping[str, Any]) -> Record:
        return self._read(_One, await self._call("PATCH", record.id, json=fields)).result

    async def remove(self, record: Record) -> None:
        """Remove a record; removing what is gone already succeeds."""
        await self._call("DELETE", record.id, expected=_IS_GONE)

    async def _call(
        self, method: str, record_id: str = "", *, expected: Collection[int] = (), **options: Any
    ) -> httpx.Response:
        path = f"{self._path}/{record_id}" if record_id else self._path
        response = await call(self._client, method, path, service=SERVICE, **options)
        if response.is_success or _codes(response) & set(expected):
            return response
        raise self._refusal(response)

    def _refusal(self, response: httpx.Response) -> Permanent:
        codes, words = _codes(response), said(response) or f"HTTP {response.status_code}"
        if response.status_code in _NO_ACCESS or codes & _BAD_TOKEN:
            return Permanent(
                "Cloudflare does not let CLOUDFLARE_API_TOKEN in: it must be valid and have the permission "
                f"Zone, DNS, Edit for the zone in CLOUDFLARE_ZONE_ID. It says: {words}",
                code="bad_credentials",
            )
        if response.status_code == HTTPStatus.NOT_FOUND or codes & _NO_SUCH_ZONE:
            return Permanent(
                f"Cloudflare knows no zone {self._zone_id}; check CLOUDFLARE_ZONE_ID. It says: {words}",
                code="unknown_zone",
            )
        return Permanent(f"Cloudflare refused: {words}", code="refused_by_cloudflare")

    def _read(self, shape: type[Reply], response: httpx.Response) -> Reply:
        try:
            return shape.model_validate_json(response.content)
        except ValidationError as fault:
            kind = Transient if response.request.method == "GET" else Unclear
            raise kind("Cloudflare gave an answer that can't be read; look at its status page.") from fault


def _codes(response: httpx.Response) -> set[int]:
    match json_of(response):
        case {"errors": [*errors]}:
            return {error["code"] for error in errors if isinstance(error, dict) and "code" in error}
        case _:
            return set()
