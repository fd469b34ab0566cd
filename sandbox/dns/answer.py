"""An authoritative answer to one question, made from the zones."""

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from sandbox.dns.record import Record
from sandbox.dns.zone import Zone

# What fits into one datagram on every path (DNS flag day 2020).
PAYLOAD = 1232
_LONGEST_CHAIN = 8


async def answer(zone: Zone, query: dns.message.Message) -> dns.message.Message:
    question = query.question[0]
    response = dns.message.make_response(query, our_payload=PAYLOAD)
    # ANY, transfers and other meta questions are refused like names of somebody else.
    ours = question.rdclass == dns.rdataclass.IN and zone.origin_of(text(question.name)) is not None
    if not ours or dns.rdatatype.is_metatype(question.rdtype):
        response.set_rcode(dns.rcode.REFUSED)
        return response
    response.flags |= dns.flags.AA
    await _follow(zone, question.name, question.rdtype, response)
    return response


async def deny(zone: Zone, name: dns.name.Name, response: dns.message.Message) -> None:
    """Add who says that there is nothing, so that resolvers know how long to believe it."""
    origin = zone.origin_of(text(name))
    authority = await zone.find(origin, "SOA") if origin else []
    if origin and authority:
        response.authority.append(_rrset(dns.name.from_text(origin), authority))


def text(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower()


async def _follow(
    zone: Zone, name: dns.name.Name, rdtype: dns.rdatatype.RdataType, response: dns.message.Message
) -> None:
    """Walk from alias to alias as far as our zones reach."""
    for _ in range(_LONGEST_CHAIN):
        records = await zone.lookup(text(name))
        if records is None:
            response.set_rcode(dns.rcode.NXDOMAIN)
            await deny(zone, name, response)
            return
        if matching := [record for record in records if record.type == dns.rdatatype.to_text(rdtype)]:
            response.answer.append(_rrset(name, matching))
            return
        alias = [record for record in records if record.type == "CNAME"]
        if not alias:
            await deny(zone, name, response)
            return
        response.answer.append(_rrset(name, alias))
        name = dns.name.from_text(alias[0].value)
        if zone.origin_of(text(name)) is None:
            return


def _rrset(owner: dns.name.Name, records: list[Record]) -> dns.rrset.RRset:
    ttl = min(record.seconds for record in records)
    return dns.rrset.from_rdata_list(owner, ttl, [record.rdata() for record in records])
