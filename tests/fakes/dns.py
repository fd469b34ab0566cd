"""The DNS and its zone in memory: a record takes its time from the zone's servers to everybody's."""

from collections.abc import Sequence
from dataclasses import dataclass

from provisioning.errors import Permanent
from provisioning.ports import Clock, DnsAnswer, ZoneRecord

TARGET = "cname.platform.test"
ADDRESS = "192.0.2.10"


@dataclass(frozen=True)
class CnameRecord:
    target: str
    comment: str
    made_at: float


class FakeZone:
    """Implements the port DnsZone. `records` holds its CNAMEs by name."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.provider = "cloudflare"
        self.records: dict[str, CnameRecord] = {}

    async def check_access(self) -> None:
        """Whoever asks has access."""

    async def ensure_cname(self, name: str, target: str, *, comment: str) -> str:
        if self.provider == "none":
            raise Permanent(f"{name} CNAME {target} must be added by hand.", code="dns_by_hand")
        there = self.records.get(name)
        if there is not None and there.target != target:
            raise Permanent(f"{name} has a record that is not ours: CNAME {there.target}.", code="dns_taken")
        if there is None:
            self.add(name, target, comment=comment)
        return f"record-of-{name}"

    async def list_records(self, *, comment_start: str) -> Sequence[ZoneRecord]:
        return [
            ZoneRecord(name, one.target, one.comment)
            for name, one in self.records.items()
            if one.comment.startswith(comment_start)
        ]

    async def remove_cname(self, name: str, *, comment: str) -> None:
        if (there := self.records.get(name)) is not None and there.comment == comment:
            del self.records[name]

    def add(self, name: str, target: str, *, comment: str = "by hand") -> None:
        self.records[name] = CnameRecord(target, comment, self._clock.monotonic())


class FakeDns:
    """Implements the port Dns. `wildcard` is where every name leads that has no record of its own."""

    def __init__(self, clock: Clock, zone: FakeZone) -> None:
        self._clock = clock
        self._zone = zone
        self.wildcard: str | None = TARGET
        self.seconds_to_servers = 0.0
        self.seconds_to_resolvers = 0.0
        self.addresses: dict[str, frozenset[str]] = {TARGET: frozenset({ADDRESS})}
        """Names with addresses of their own."""

    async def lookup(self, name: str) -> DnsAnswer:
        return self._answer(name, self.seconds_to_resolvers)

    async def lookup_authoritative(self, name: str) -> DnsAnswer:
        return self._answer(name, self.seconds_to_servers)

    def _answer(self, name: str, seconds: float) -> DnsAnswer:
        if name in self.addresses:
            return DnsAnswer(name, (), self.addresses[name])
        record = self._zone.records.get(name)
        if record is not None and record.made_at + seconds <= self._clock.monotonic():
            return self._led_to(name, record.target)
        return self._led_to(name, self.wildcard) if self.wildcard else DnsAnswer(name)

    def _led_to(self, name: str, target: str) -> DnsAnswer:
        return DnsAnswer(name, (target,), self.addresses.get(target, frozenset()))
