"""Names: what resolvers say, and the zone where we may write."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class DnsAnswer:
    """What a name resolves to: its CNAME chain and its addresses; both empty when it does not exist."""

    name: str
    chain: tuple[str, ...] = ()
    addresses: frozenset[str] = frozenset()

    @property
    def exists(self) -> bool:
        return bool(self.chain or self.addresses)


class Addresses(Protocol):
    """Where a name leads. Raises Transient when no server gave a usable answer."""

    def addresses(self, name: str) -> AsyncGenerator[str]:
        """Name the addresses to try, one after the other, IPv4 first; IPv6 is asked for by whoever gets that far."""
        ...


class Dns(Protocol):
    """Asking the DNS. Raises Transient when no server gave a usable answer."""

    async def lookup(self, name: str) -> DnsAnswer:
        """Ask the configured resolvers, without any cache."""
        ...

    async def lookup_authoritative(self, name: str) -> DnsAnswer:
        """Ask the servers responsible for the name's zone themselves."""
        ...


@dataclass(frozen=True)
class ZoneRecord:
    """A CNAME as the zone has it."""

    name: str
    target: str
    comment: str


class DnsZone(Protocol):
    """The zone, where we may write to it."""

    @property
    def provider(self) -> str:
        """`cloudflare`, or `none` when records are added by hand."""
        ...

    async def check_access(self) -> None: ...
    async def ensure_cname(self, name: str, target: str, *, comment: str) -> str:
        """Find or create the record; return its id. Raises Permanent when another record stands in its way."""
        ...

    async def list_records(self, *, comment_start: str) -> Sequence[ZoneRecord]:
        """List the CNAMEs whose comment begins so; none where records are added by hand."""
        ...

    async def remove_cname(self, name: str, *, comment: str) -> None:
        """Remove the record if it is there and carries our comment."""
        ...
