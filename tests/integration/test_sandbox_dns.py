"""The DNS stand-in over real sockets: what an authoritative server says, and says when told to fail."""

import asyncio
import secrets
from collections.abc import AsyncIterator

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.resolver
import pytest
from dns.asyncresolver import Resolver
from dns.message import Message
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.dns.responder import Responder
from sandbox.dns.server import DnsServer
from sandbox.dns.zone import TARGET, TARGET_ZONE, RecordExistsError, Zone
from sandbox.faults import Faults
from sandbox.state import State

HOST = "127.0.0.1"


@pytest.fixture
async def zone(state: State) -> AsyncIterator[Zone]:
    zone = Zone(state, f"{secrets.token_hex(4)}.test")
    await zone.ensure_base_records()
    yield zone
    await zone.set_propagation(0)
    for record in await zone.all():
        await zone.remove_by_id(record.id)


@pytest.fixture
async def faults(state: State) -> AsyncIterator[Faults]:
    faults = Faults(state)
    yield faults
    await faults.clear()


@pytest.fixture
async def server(zone: Zone, faults: Faults) -> AsyncIterator[DnsServer]:
    server = DnsServer(zone, faults)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def resolver(server: DnsServer) -> Resolver:
    resolver = Resolver(configure=False)
    resolver.nameservers = [HOST]
    resolver.port = server.port
    resolver.lifetime = resolver.timeout = 5.0
    return resolver


async def ask(server: DnsServer, name: str, kind: str = "A", *, payload: int | None = None) -> Message:
    """Put one question in one datagram; a payload says that the asker speaks EDNS."""
    query = dns.message.make_query(name, kind, use_edns=payload is not None, payload=payload or 0)
    return await dns.asyncquery.udp(query, HOST, port=server.port, timeout=5)


async def texts(zone: Zone, name: str) -> list[str] | None:
    found = await zone.lookup(name)
    return None if found is None else [f"{record.type} {record.value}" for record in found]


# The zone


async def test_every_tenant_leads_to_the_target_from_the_start(zone: Zone, resolver: Resolver) -> None:
    answer = await resolver.resolve(f"anyone.{zone.domain}", "A")
    assert answer.canonical_name.to_text() == f"{TARGET}."
    assert [record.address for record in answer] == [HOST]


async def test_the_apex_has_an_address_a_nameserver_and_an_authority(zone: Zone, resolver: Resolver) -> None:
    assert [r.address for r in await resolver.resolve(zone.domain, "A")] == [HOST]
    assert [r.target.to_text() for r in await resolver.resolve(zone.domain, "NS")] == [f"ns1.{zone.domain}."]
    soa = await resolver.resolve(zone.domain, "SOA")
    assert soa[0].mname.to_text() == f"ns1.{zone.domain}."
    assert [r.address for r in await resolver.resolve(f"ns1.{zone.domain}", "A")] == [HOST]


async def test_a_base_record_that_was_removed_stays_removed(zone: Zone) -> None:
    assert await zone.remove("*") == 1
    await zone.ensure_base_records()
    assert await zone.lookup(f"anyone.{zone.domain}") is None


async def test_a_name_of_its_own_shadows_the_wildcard(zone: Zone) -> None:
    await zone.add("customerinc", "TXT", "here")
    assert await texts(zone, f"customerinc.{zone.domain}") == ["TXT here"]


async def test_an_empty_non_terminal_shadows_the_wildcard(zone: Zone) -> None:
    await zone.add("_vercel.shop", "TXT", "vc-domain-verify=shop")
    assert await texts(zone, f"shop.{zone.domain}") == []
    assert await texts(zone, f"other.shop.{zone.domain}") is None


async def test_a_wildcard_reaches_below_names_that_do_not_exist(zone: Zone) -> None:
    assert await texts(zone, f"a.b.{zone.domain}") == [f"CNAME {TARGET}"]


async def test_the_closest_wildcard_answers(zone: Zone) -> None:
    await zone.add("*.shop", "A", "127.0.0.9")
    assert await texts(zone, f"x.shop.{zone.domain}") == ["A 127.0.0.9"]
    assert await texts(zone, f"shop.{zone.domain}") == []


async def test_a_record_is_unseen_until_it_has_propagated(zone: Zone, resolver: Resolver) -> None:
    await zone.remove("*")
    await zone.add("slow", "A", HOST, after=3600)
    assert len(await zone.find("slow")) == 1
    with pytest.raises(dns.resolver.NXDOMAIN):
        await resolver.resolve(f"slow.{zone.domain}", "A")
    await zone.add("quick", "A", HOST)
    await resolver.resolve(f"quick.{zone.domain}", "A")


async def test_the_time_to_propagate_is_remembered(zone: Zone) -> None:
    assert await zone.propagation() == 0
    await zone.set_propagation(1.5)
    await zone.set_propagation(2.5)
    assert await zone.propagation() == 2.5


async def test_names_are_read_as_people_write_them(zone: Zone) -> None:
    await zone.add("@", "TXT", "apex")
    await zone.add(f"Shop.{zone.domain.upper()}.", "A", HOST)
    assert [record.name for record in await zone.find(zone.domain, "TXT")] == [zone.domain]
    assert [record.name for record in await zone.find("shop")] == [f"shop.{zone.domain}"]


async def test_the_same_record_cannot_be_added_twice(zone: Zone) -> None:
    await zone.add("shop", "CNAME", TARGET)
    with pytest.raises(RecordExistsError):
        await zone.add("shop", "CNAME", f"{TARGET.upper()}.")


async def test_a_record_cannot_become_another_that_exists(zone: Zone) -> None:
    await zone.add("shop", "A", HOST)
    changing = await zone.add("shop", "A", "127.0.0.2")
    with pytest.raises(RecordExistsError):
        await zone.change(changing, "shop", "A", HOST, ttl=60, comment="", proxied=False)


@pytest.mark.parametrize(
    ("name", "kind", "value"),
    [
        ("shop", "A", "::1"),
        ("shop", "A", "127.0.0.1 127.0.0.2"),
        ("shop", "AAAA", "127.0.0.1"),
        ("shop", "CNAME", "not a name"),
        ("shop", "NONSENSE", "1"),
        ("bad label", "A", HOST),
        ("a.*.b", "A", HOST),
        ("-shop", "A", HOST),
        ("", "A", HOST),
        ("x" * 64, "A", HOST),
    ],
)
async def test_refuses_what_no_zone_can_hold(zone: Zone, name: str, kind: str, value: str) -> None:
    with pytest.raises(ValueError, match=r"is not a DNS name|is no value"):
        await zone.add(name, kind, value)


# The wire


async def test_answers_with_authority_and_keeps_the_spelling_of_the_question(
    zone: Zone, server: DnsServer
) -> None:
    response = await ask(server, f"AnYone.{zone.domain}")
    assert response.flags & dns.flags.AA
    assert not response.flags & dns.flags.RA
    assert [rrset.rdtype for rrset in response.answer] == [dns.rdatatype.CNAME, dns.rdatatype.A]
    assert response.answer[0].name.to_text() == f"AnYone.{zone.domain}."


async def test_asked_for_the_alias_itself_it_gives_the_alias(zone: Zone, resolver: Resolver) -> None:
    answer = await resolver.resolve(f"anyone.{zone.domain}", "CNAME")
    assert [record.target.to_text() for record in answer] == [f"{TARGET}."]


async def test_an_alias_to_somewhere_else_is_given_alone(zone: Zone, server: DnsServer) -> None:
    await zone.add("away", "CNAME", "elsewhere.example")
    response = await ask(server, f"away.{zone.domain}")
    assert [rrset.rdtype for rrset in response.answer] == [dns.rdatatype.CNAME]
    assert response.rcode() == dns.rcode.NOERROR


async def test_an_alias_to_nothing_of_ours_is_nxdomain(zone: Zone, server: DnsServer) -> None:
    await zone.add("lost", "CNAME", f"nothing.{TARGET_ZONE}")
    response = await ask(server, f"lost.{zone.domain}")
    assert response.rcode() == dns.rcode.NXDOMAIN
    assert response.authority[0].name.to_text() == f"{TARGET_ZONE}."


async def test_a_loop_of_aliases_ends(zone: Zone, server: DnsServer) -> None:
    await zone.add("a", "CNAME", f"b.{zone.domain}")
    await zone.add("b", "CNAME", f"a.{zone.domain}")
    assert (await ask(server, f"a.{zone.domain}")).rcode() == dns.rcode.NOERROR


async def test_tells_a_missing_name_from_a_missing_type(zone: Zone, server: DnsServer) -> None:
    await zone.remove("*")
    missing_name = await ask(server, f"nobody.{zone.domain}")
    missing_type = await ask(server, zone.domain, "AAAA")
    assert missing_name.rcode() == dns.rcode.NXDOMAIN
    assert missing_type.rcode() == dns.rcode.NOERROR
    for response in (missing_name, missing_type):
        assert response.answer == []
        assert [rrset.rdtype for rrset in response.authority] == [dns.rdatatype.SOA]


@pytest.mark.parametrize("name", ["example.org", "test", ".", "nottaskifai.test"])
async def test_refuses_names_outside_its_zones(server: DnsServer, name: str) -> None:
    response = await ask(server, name)
    assert response.rcode() == dns.rcode.REFUSED
    assert not response.flags & dns.flags.AA


@pytest.mark.parametrize("kind", ["ANY", "AXFR"])
async def test_refuses_to_give_everything_away(zone: Zone, server: DnsServer, kind: str) -> None:
    query = dns.message.make_query(zone.domain, kind)
    response = await dns.asyncquery.tcp(query, HOST, port=server.port, timeout=5)
    assert response.rcode() == dns.rcode.REFUSED


async def test_refuses_another_class(zone: Zone, server: DnsServer) -> None:
    query = dns.message.make_query(zone.domain, "TXT", dns.rdataclass.CH)
    response = await dns.asyncquery.udp(query, HOST, port=server.port, timeout=5)
    assert response.rcode() == dns.rcode.REFUSED


async def test_does_not_implement_updates(zone: Zone, server: DnsServer) -> None:
    query = dns.message.make_query(zone.domain, "SOA")
    query.set_opcode(dns.opcode.NOTIFY)
    response = await dns.asyncquery.udp(query, HOST, port=server.port, timeout=5)
    assert response.rcode() == dns.rcode.NOTIMP


async def test_what_does_not_fit_a_datagram_comes_over_tcp(
    zone: Zone, server: DnsServer, resolver: Resolver
) -> None:
    for number in range(40):
        await zone.add("large", "TXT", f"{number:02}" + "x" * 200)
    truncated = await ask(server, f"large.{zone.domain}", "TXT", payload=4096)
    assert truncated.flags & dns.flags.TC
    assert len(await resolver.resolve(f"large.{zone.domain}", "TXT")) == 40


async def test_without_edns_a_datagram_holds_512_bytes(zone: Zone, server: DnsServer) -> None:
    for number in range(4):
        await zone.add("medium", "TXT", f"{number}" + "x" * 150)
    assert (await ask(server, f"medium.{zone.domain}", "TXT")).flags & dns.flags.TC
    with_edns = await ask(server, f"medium.{zone.domain}", "TXT", payload=1232)
    assert not with_edns.flags & dns.flags.TC


async def test_a_long_text_arrives_in_pieces(zone: Zone, resolver: Resolver) -> None:
    await zone.add("long", "TXT", "y" * 300)
    [record] = await resolver.resolve(f"long.{zone.domain}", "TXT")
    assert [len(piece) for piece in record.strings] == [255, 45]


async def test_a_quoted_text_arrives_unquoted(zone: Zone, resolver: Resolver) -> None:
    await zone.add("quoted", "TXT", '"one" "two"')
    [record] = await resolver.resolve(f"quoted.{zone.domain}", "TXT")
    assert record.strings == (b"one", b"two")


async def test_many_questions_share_one_connection(zone: Zone, server: DnsServer) -> None:
    reader, writer = await asyncio.open_connection(HOST, server.port)
    for name in (zone.domain, f"anyone.{zone.domain}"):
        packet = dns.message.make_query(name, "A").to_wire(prepend_length=True)
        writer.write(packet)
        size = int.from_bytes(await reader.readexactly(2))
        assert dns.message.from_wire(await reader.readexactly(size)).answer
    writer.close()


async def test_an_automatic_ttl_is_five_minutes_on_the_wire(zone: Zone, server: DnsServer) -> None:
    await zone.add("auto", "A", HOST, ttl=1)
    assert (await ask(server, f"auto.{zone.domain}")).answer[0].ttl == 300


async def test_starts_again_on_the_port_it_had(zone: Zone, faults: Faults) -> None:
    first = DnsServer(zone, faults)
    await first.start()
    await first.stop()
    second = DnsServer(zone, faults)
    await second.start(first.port)
    try:
        assert second.port == first.port
        assert (await ask(second, zone.domain)).answer
    finally:
        await second.stop()


async def test_stops_though_an_asker_is_still_connected(zone: Zone, faults: Faults) -> None:
    server = DnsServer(zone, faults)
    await server.start()
    reader, writer = await asyncio.open_connection(HOST, server.port)
    writer.write(dns.message.make_query(zone.domain, "A").to_wire(prepend_length=True))
    await reader.readexactly(int.from_bytes(await reader.readexactly(2)))
    await server.stop()
    assert await reader.read() == b""
    writer.close()


# Garbage


async def test_survives_garbage_in_a_datagram(zone: Zone, server: DnsServer) -> None:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        asyncio.DatagramProtocol, remote_addr=(HOST, server.port)
    )
    for garbage in (b"", b"\x00", secrets.token_bytes(11), secrets.token_bytes(500), b"\xff" * 40):
        transport.sendto(garbage)
    transport.close()
    assert (await ask(server, zone.domain)).answer


async def test_survives_garbage_on_a_connection(zone: Zone, server: DnsServer) -> None:
    reader, writer = await asyncio.open_connection(HOST, server.port)
    writer.write(b"\x00\x00" + b"\x00\x05abcde" + b"\xff\xffhalf")
    writer.write_eof()
    assert await reader.read() == b""
    writer.close()
    assert (await ask(server, zone.domain)).answer


async def test_a_header_with_nonsense_behind_it_is_a_format_error(zone: Zone, faults: Faults) -> None:
    reply = await Responder(zone, faults).over_udp(b"\xab\xcd\x01\x00" + b"\x00\x01" + bytes(6) + b"\xff")
    assert reply is not None
    response = dns.message.from_wire(reply)
    assert (response.id, response.rcode()) == (0xABCD, dns.rcode.FORMERR)
    assert response.flags & dns.flags.RD


async def test_a_packet_without_a_question_is_a_format_error(zone: Zone, faults: Faults) -> None:
    reply = await Responder(zone, faults).over_udp(dns.message.Message(id=7).to_wire())
    assert reply is not None
    assert dns.message.from_wire(reply).rcode() == dns.rcode.FORMERR


async def test_never_answers_an_answer(zone: Zone, faults: Faults) -> None:
    query = dns.message.make_query(zone.domain, "A")
    response = dns.message.make_response(query)
    assert await Responder(zone, faults).over_udp(response.to_wire()) is None


@pytest.fixture
def whole_packet(zone: Zone) -> bytes:
    return dns.message.make_query(f"a.b.{zone.domain}", "A", use_edns=0).to_wire()


async def test_any_damage_to_a_question_gets_an_answer_or_silence(
    zone: Zone, faults: Faults, whole_packet: bytes
) -> None:
    damage = st.lists(st.tuples(st.integers(0, len(whole_packet) - 1), st.integers(0, 255)), max_size=6)
    packets: list[bytes] = []

    @settings(max_examples=300, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(damage, st.integers(0, len(whole_packet)))
    def collect(changes: list[tuple[int, int]], length: int) -> None:
        packet = bytearray(whole_packet)
        for at, byte in changes:
            packet[at] = byte
        packets.append(bytes(packet[:length]))

    collect()
    responder = Responder(zone, faults)
    for packet in packets:
        reply = await responder.over_udp(packet)
        assert reply is None or reply[:2] == packet[:2]


# Faults


@pytest.mark.parametrize(
    ("kind", "rcode"),
    [
        ("servfail", dns.rcode.SERVFAIL),
        ("refused", dns.rcode.REFUSED),
        ("nxdomain", dns.rcode.NXDOMAIN),
    ],
)
async def test_a_fault_answers_once_and_then_the_zone_again(
    zone: Zone, server: DnsServer, faults: Faults, kind: str, rcode: dns.rcode.Rcode
) -> None:
    await faults.add("dns", f"shop.{zone.domain}", kind, 1, 0)
    assert (await ask(server, f"shop.{zone.domain}")).rcode() == rcode
    assert (await ask(server, f"shop.{zone.domain}")).answer


async def test_a_fault_leaves_other_names_alone(zone: Zone, server: DnsServer, faults: Faults) -> None:
    await faults.add("dns", f"shop.{zone.domain}", "servfail", None, 0)
    assert (await ask(server, f"other.{zone.domain}")).answer


async def test_a_timeout_is_silence(
    zone: Zone, server: DnsServer, faults: Faults, resolver: Resolver
) -> None:
    await faults.add("dns", f"shop.{zone.domain}", "timeout", None, 0)
    resolver.lifetime = resolver.timeout = 0.2
    with pytest.raises(dns.resolver.LifetimeTimeout):
        await resolver.resolve(f"shop.{zone.domain}", "A")


async def test_a_resolver_gives_up_at_once_on_servfail(
    zone: Zone, faults: Faults, resolver: Resolver
) -> None:
    await faults.add("dns", "*", "servfail", None, 0)
    with pytest.raises(dns.resolver.NoNameservers):
        await resolver.resolve(f"shop.{zone.domain}", "A")
