"""The zone at Cloudflare: one CNAME per tenant, known as ours by its comment.

Never proxied: the hosting provider makes the certificate, and must see its own address in the DNS.
"""

from collections.abc import Sequence
from typing import Any, Final

import httpx

from provisioning.adapters.cloudflare_records import CloudflareRecords, Record
from provisioning.errors import Permanent, Transient
from provisioning.ports import ZoneRecord

AUTOMATIC_TTL: Final = 1

_ADDRESSING: Final = frozenset({"A", "AAAA", "CNAME"})
"""A name has one CNAME, or addresses; other kinds of record don't matter here."""


class CloudflareZone:
    """Implements the port DnsZone."""

    provider = "cloudflare"

    def __init__(self, client: httpx.AsyncClient, *, zone_id: str) -> None:
        self._records = CloudflareRecords(client, zone_id=zone_id)

    async def check_access(self) -> None:
        await self._records.check_access()

    async def ensure_cname(self, name: str, target: str, *, comment: str) -> str:
        fields = {
            "type": "CNAME",
            "name": name,
            "content": target,
            "proxied": False,
            "ttl": AUTOMATIC_TTL,
            "comment": comment,
        }
        if (standing := await self._standing(name)) is not None:
            return await self._settle(standing, fields)
        if (made := await self._records.create(fields)) is not None:
            return made.id
        if (standing := await self._standing(name)) is not None:  # written since the first look
            return await self._settle(standing, fields)
        raise Transient(f"Cloudflare says that {name} has a record, but does not list it yet.")

    async def list_records(self, *, comment_start: str) -> Sequence[ZoneRecord]:
        return [
            ZoneRecord(record.name, record.content, record.comment)
            for record in await self._records.all("CNAME")
            if record.comment is not None and record.comment.startswith(comment_start)
        ]

    async def remove_cname(self, name: str, *, comment: str) -> None:
        for record in await self._records.named(name):
            if record.type == "CNAME" and record.comment == comment:
                await self._records.remove(record)

    async def _standing(self, name: str) -> Record | None:
        records = await self._records.named(name)
        return next((record for record in records if record.type in _ADDRESSING), None)

    async def _settle(self, standing: Record, fields: dict[str, Any]) -> str:
        """Take the record that says the same, correct our own, leave anybody else's alone."""
        if _says(standing, fields["content"]):
            return standing.id
        if standing.type == "CNAME" and standing.comment == fields["comment"]:
            return (await self._records.change(standing, fields)).id
        raise Permanent(
            f"{standing.name} has a record that is not ours: {standing}; "
            f"remove it from the zone, or change it to CNAME {fields['content']}, not proxied.",
            code="dns_taken",
        )


def _says(record: Record, target: str) -> bool:
    same = record.content.lower().rstrip(".") == target.lower().rstrip(".")
    return record.type == "CNAME" and same and not record.proxied
