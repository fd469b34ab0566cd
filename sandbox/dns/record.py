"""One DNS record: what may be written into it, and what goes over the wire."""

import re
from dataclasses import dataclass
from datetime import datetime

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.TXT

# Cloudflare writes 1 for "automatic" and answers with five minutes.
AUTOMATIC, AUTOMATIC_TTL = 1, 300

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_LONGEST_NAME = 253
_LONGEST_STRING = 255
_TARGETS = frozenset({"CNAME", "NS"})


@dataclass(frozen=True)
class Record:
    id: str
    name: str
    type: str
    value: str
    ttl: int
    visible_at: datetime
    comment: str
    proxied: bool
    created_at: datetime
    modified_at: datetime

    @property
    def seconds(self) -> int:
        """How long an answer may be remembered."""
        return AUTOMATIC_TTL if self.ttl == AUTOMATIC else self.ttl

    def rdata(self) -> dns.rdata.Rdata:
        return parse(self.type, self.value)


def clean_name(name: str) -> str:
    """Return a name as it is kept; a star may stand for the first label only."""
    kept = name.lower().removesuffix(".")
    labels = kept.removeprefix("*.").split(".")
    if len(kept) > _LONGEST_NAME or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError(f"{name!r} is not a DNS name.")
    return kept


def clean_value(kind: str, value: str) -> str:
    """Return a value as it is kept, in one spelling, so that equal records look equal."""
    rdata = parse(kind, value)
    if kind == "TXT":
        return value
    text = rdata.to_text()
    return clean_name(text) if kind in _TARGETS else text


def parse(kind: str, value: str) -> dns.rdata.Rdata:
    """Read a value the way a zone file has it; a name in it is always absolute."""
    if kind == "TXT" and not value.startswith('"'):
        return _plain_text(value)
    try:
        rdtype = dns.rdatatype.from_text(kind)
        return dns.rdata.from_text(dns.rdataclass.IN, rdtype, value, dns.name.root, relativize=False)
    except dns.exception.DNSException as error:
        raise ValueError(f"{value!r} is no value of a record of type {kind}.") from error


def _plain_text(value: str) -> dns.rdata.Rdata:
    content = value.encode()
    strings = [content[at : at + _LONGEST_STRING] for at in range(0, len(content), _LONGEST_STRING)] or [b""]
    return dns.rdtypes.ANY.TXT.TXT(dns.rdataclass.IN, dns.rdatatype.TXT, strings)
