"""From packet to packet: reads a question however broken, lets faults have their way, renders the answer."""

import dns.exception
import dns.flags
import dns.message
import dns.opcode
import dns.rcode

from sandbox.dns.answer import PAYLOAD, answer, deny, text
from sandbox.dns.zone import Zone
from sandbox.faults import Faults

_HEADER = 12
_RESPONSE = 0x8000
_SMALLEST, _LARGEST = 512, 65_535

_FAULTS = {
    "servfail": dns.rcode.SERVFAIL,
    "refused": dns.rcode.REFUSED,
    "nxdomain": dns.rcode.NXDOMAIN,
    "stale": dns.rcode.NXDOMAIN,
}


class Responder:
    def __init__(self, zone: Zone, faults: Faults) -> None:
        self._zone = zone
        self._faults = faults

    async def over_udp(self, packet: bytes) -> bytes | None:
        """Answer in one datagram, cut to what the asker takes; None means silence."""
        return await self._respond(packet, datagram=True)

    async def over_tcp(self, packet: bytes) -> bytes | None:
        return await self._respond(packet, datagram=False)

    async def _respond(self, packet: bytes, *, datagram: bool) -> bytes | None:
        flags = int.from_bytes(packet[2:4])
        if len(packet) < _HEADER or flags & _RESPONSE:
            return None
        if dns.opcode.from_flags(flags) != dns.opcode.QUERY:
            return _header_only(packet, dns.rcode.NOTIMP)
        try:
            query = dns.message.from_wire(packet)
        except (dns.exception.DNSException, ValueError):
            return _header_only(packet, dns.rcode.FORMERR)
        if len(query.question) != 1:
            return _header_only(packet, dns.rcode.FORMERR)
        response = await self._answer_or_fault(query)
        if response is None:
            return None
        size = min(max(query.payload, _SMALLEST), PAYLOAD) if datagram else _LARGEST
        return response.to_wire(max_size=size, prefer_truncation=True)

    async def _answer_or_fault(self, query: dns.message.Message) -> dns.message.Message | None:
        name = query.question[0].name
        # A stale memory is a resolver's, which is asked for recursion; the zone's own servers have none.
        without = () if query.flags & dns.flags.RD else ("stale",)
        fault = await self._faults.take("dns", text(name), without=without)
        if fault is None:
            return await answer(self._zone, query)
        if fault.kind == "timeout":
            return None
        response = dns.message.make_response(query, our_payload=PAYLOAD)
        response.set_rcode(_FAULTS[fault.kind])
        if fault.kind in {"nxdomain", "stale"}:
            response.flags |= dns.flags.AA if fault.kind == "nxdomain" else dns.flags.RA
            await deny(self._zone, name, response)
        return response


def _header_only(packet: bytes, rcode: dns.rcode.Rcode) -> bytes:
    """Answer a packet of which only the header can be trusted."""
    asked = int.from_bytes(packet[2:4])
    opcode_and_rd = asked & (0x7800 | dns.flags.RD)
    return packet[:2] + (_RESPONSE | opcode_and_rd | rcode).to_bytes(2) + bytes(_HEADER - 4)
