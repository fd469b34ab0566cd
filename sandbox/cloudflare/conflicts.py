"""Which records may not stand beside each other, and by which code the API says so."""

from sandbox.cloudflare.envelope import invalid
from sandbox.cloudflare.fields import PROXIABLE, Fields
from sandbox.dns.record import Record


def refuse_conflict(fields: Fields, others: list[Record]) -> None:
    """Compare a record with the others of its name; one that says the very same is the first to be found."""
    for other in others:
        if (other.type, other.value) == (fields.type, fields.content):
            if (other.ttl, other.proxied) == (fields.ttl, fields.proxied):
                raise invalid("An identical record already exists.", 81058)
            raise invalid("The record already exists.", 81057)
    types = {other.type for other in others}
    if fields.type == "CNAME" and types & PROXIABLE:
        raise invalid("An A, AAAA, or CNAME record with that host already exists.", 81053)
    if fields.type in PROXIABLE and "CNAME" in types:
        raise invalid("A CNAME record with that host already exists.", 81054)
