"""What the DNS says about a name, asked anew every time: a cache would hide a record just added."""

import ipaddress
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import urlsplit

import dns.asyncresolver
import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver
from dns.nameserver import Do53Nameserver

from provisioning.errors import Permanent, Transient
from provisioning.ports import DnsAnswer
from provisioning.probes import CaaPolicy

LIFETIME = 5.0
TRIES = 5
PORT = 53
_ADDRESS_KINDS = ("A", "AAAA")
_TOP_LEVEL = 2
"""Labels of a top-level domain, the root's empty one counted."""


class DnsResolver:
    """Implements the ports Addresses, Dns and CaaRecords. Asks `nameservers` (`address:port`), else the system's."""

    def __init__(self, *, nameservers: Sequence[str] = (), lifetime: float = LIFETIME) -> None:
        self._lifetime = lifetime
        self._resolver = (
            _resolver([_nameserver(text) for text in nameservers], lifetime)
            if nameservers
            else _system_resolver(lifetime)
        )

    async def addresses(self, name: str) -> AsyncGenerator[str]:
        for kind in _ADDRESS_KINDS:
            with _failures(name):
                answer = await _resolve(self._resolver, name, kind)
            for record in answer or ():
                yield record.address

    async def lookup(self, name: str) -> DnsAnswer:
        with _failures(name):
            return await _ask(self._resolver, name)

    async def lookup_authoritative(self, name: str) -> DnsAnswer:
        with _failures(name):
            servers = await self._authoritative(name)
            if not servers:
                raise Transient(f"No address is known of any name server responsible for {name}.")
            resolver = _resolver(servers, self._lifetime)
            resolver.flags = 0  # no recursion: the server shall tell what it knows itself
            return await _ask(resolver, name)

    async def caa(self, name: str) -> CaaPolicy | None:
        """Climb from the name to its closest ancestor that has such records (RFC 8659, section 3), below the TLD."""
        with _failures(name):
            at = dns.name.from_text(name)
            while len(at) > _TOP_LEVEL:
                answer = await _resolve(self._resolver, at, "CAA")
                if answer is not None and answer.rrset is not None:
                    return _policy(at, answer)
                at = at.parent()
        return None

    async def _authoritative(self, name: str) -> list[Do53Nameserver]:
        zone = await dns.asyncresolver.zone_for_name(name, resolver=self._resolver, lifetime=self._lifetime)
        hosts = await self._resolver.resolve(zone, "NS", search=False)
        return [
            Do53Nameserver(address, self._port(address))
            for host in hosts
            for address in await _addresses(self._resolver, host.target)
        ]

    def _port(self, address: str) -> int:
        """Find a zone on this machine where its resolver is: neither of them has port 53."""
        if not ipaddress.ip_address(address).is_loopback:
            return PORT
        servers = self._resolver.nameservers
        return next((server.port for server in servers if isinstance(server, Do53Nameserver)), PORT)


def _system_resolver(lifetime: float) -> dns.asyncresolver.Resolver:
    try:
        resolver = dns.asyncresolver.Resolver()
    except dns.resolver.NoResolverConfiguration as fault:
        raise Permanent(
            "This machine has no resolver configured; name some in DNS_NAMESERVERS, such as 1.1.1.1."
        ) from fault
    return _patient(resolver, lifetime)


def _resolver(servers: list[Do53Nameserver], lifetime: float) -> dns.asyncresolver.Resolver:
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers = servers
    return _patient(resolver, lifetime)


def _patient(resolver: dns.asyncresolver.Resolver, lifetime: float) -> dns.asyncresolver.Resolver:
    """Leave time to ask again, or another server, when one of them is silent."""
    resolver.lifetime, resolver.timeout = lifetime, lifetime / TRIES
    return resolver


def _nameserver(text: str) -> Do53Nameserver:
    """Read `1.1.1.1`, `1.1.1.1:53`, `2606:4700::1111` or `[2606:4700::1111]:53`."""
    try:
        address, port = str(ipaddress.ip_address(text)), PORT
    except ValueError:
        address, port = _address_and_port(text)
    return Do53Nameserver(address, port)


def _address_and_port(text: str) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{text}")
        return str(ipaddress.ip_address(parts.hostname or "")), parts.port or PORT
    except ValueError as fault:
        raise Permanent(
            f"{text} is no address of a DNS server, such as 1.1.1.1 or 127.0.0.1:5353; "
            "correct DNS_NAMESERVERS or TASKIFAI_RESOLVER."
        ) from fault


@contextmanager
def _failures(name: str) -> Iterator[None]:
    try:
        yield
    except dns.exception.DNSException as fault:
        raise Transient(f"No name server gave a usable answer about {name}: {fault}") from fault


async def _ask(resolver: dns.asyncresolver.Resolver, name: str) -> DnsAnswer:
    """Ask for the CNAME too: where its target can't be followed, an address query alone says nothing."""
    alias = await _resolve(resolver, name, "CNAME")
    chain = () if alias is None else tuple(_text(record.target) for record in alias)
    addresses: set[str] = set()
    for kind in _ADDRESS_KINDS:
        if (answer := await _resolve(resolver, name, kind)) is not None:
            chain = max(chain, _chain(answer), key=len)
            addresses.update(record.address for record in answer)
    return DnsAnswer(name, chain, frozenset(addresses))


async def _addresses(resolver: dns.asyncresolver.Resolver, host: dns.name.Name) -> list[str]:
    answers = [await _resolve(resolver, host, kind) for kind in _ADDRESS_KINDS]
    return [record.address for answer in answers if answer is not None for record in answer]


async def _resolve(
    resolver: dns.asyncresolver.Resolver, name: str | dns.name.Name, kind: str
) -> dns.resolver.Answer | None:
    """None when the name does not exist. An answer may be empty: the name has no record of this kind."""
    absolute = dns.name.from_text(name) if isinstance(name, str) else name
    try:
        return await resolver.resolve(absolute, kind, search=False, raise_on_no_answer=False)
    except dns.resolver.NXDOMAIN:
        return None


def _policy(at: dns.name.Name, answer: dns.resolver.Answer) -> CaaPolicy | None:
    """Who may issue; without the property `issue` anybody may. `;` alone stands for nobody, and before parameters."""
    named = [record.value.decode().partition(";")[0].strip() for record in answer if record.tag == b"issue"]
    if not named:
        return None
    return CaaPolicy(_text(at), tuple(sorted({name.lower() for name in named if name})))


def _chain(answer: dns.resolver.Answer) -> tuple[str, ...]:
    return tuple(_text(rrset[0].target) for rrset in answer.chaining_result.cnames)


def _text(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower()
