"""What happens to names: records removed, added beside, pointed elsewhere."""

from contextlib import suppress
from typing import Final

from sandbox.dns.zone import TARGET_ZONE, RecordExistsError
from sandbox.mishaps.bench import Bench, Memory, Mishap, MishapError

_ELSEWHERE: Final = f"old-host.{TARGET_ZONE}"
_NOBODY: Final = "127.0.0.9"
"""Nobody listens there."""


async def _remove_wildcard(bench: Bench, _subdomain: str) -> Memory:
    records = await bench.zone.find("*")
    if not records:
        raise MishapError("The zone has no wildcard to remove.")
    await bench.zone.remove("*")
    return {"records": [[record.name, record.type, record.value, record.ttl] for record in records]}


async def _put_back(bench: Bench, memory: Memory) -> None:
    for name, kind, value, ttl in memory["records"]:
        with suppress(RecordExistsError):
            await bench.zone.add(name, kind, value, ttl=ttl)


async def _shadow(bench: Bench, subdomain: str) -> Memory:
    """A record below the name makes it exist, so that the wildcard answers for it no more (RFC 4592)."""
    name = _named(subdomain)
    return await _add(
        bench, f"_vercel.{name}", "TXT", f"vc-domain-verify={name}.{bench.zone.domain},0123456789"
    )


async def _lead_elsewhere(bench: Bench, subdomain: str) -> Memory:
    with suppress(RecordExistsError):
        await bench.zone.add(_ELSEWHERE, "A", _NOBODY)
    return await _add(bench, _named(subdomain), "CNAME", _ELSEWHERE)


async def _forbid(bench: Bench, _subdomain: str) -> Memory:
    return await _add(bench, "@", "CAA", '0 issue "ca.example.net"')


async def _add(bench: Bench, name: str, kind: str, value: str) -> Memory:
    try:
        return {"added": await bench.zone.add(name, kind, value)}
    except RecordExistsError as error:
        raise MishapError(str(error)) from error


async def _remove_added(bench: Bench, memory: Memory) -> None:
    await bench.zone.remove_by_id(memory["added"])


def _named(subdomain: str) -> str:
    if not subdomain:
        raise MishapError("path: the subdomain of the tenant that it happens to")
    return subdomain


MISHAPS: Final = {
    "wildcard-gone": Mishap(_remove_wildcard, _put_back),
    "shadowed": Mishap(_shadow, _remove_added),
    "wrong-target": Mishap(_lead_elsewhere, _remove_added),
    "caa": Mishap(_forbid, _remove_added),
}
