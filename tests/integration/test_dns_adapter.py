"""The resolver against the sandbox's DNS, over real UDP and TCP."""

import socket
from collections.abc import AsyncIterator

import pytest

from provisioning.adapters.dns_resolver import DnsResolver
from provisioning.errors import Permanent, Transient
from provisioning.ports import DnsAnswer
from sandbox.dns.server import DnsServer
from sandbox.dns.zone import TARGET, Zone
from sandbox.faults import Faults
from sandbox.state import State

DOMAIN = "resolver.test"
NOBODYS = "cname.elsewhere.example"


@pytest.fixture
async def zone(state: State) -> AsyncIterator[Zone]:
    zone = Zone(state, DOMAIN)
    await zone.ensure_base_records()
    yield zone
    for record in await zone.all():
        if record.name.startswith("shop"):
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
def resolver(server: DnsServer) -> DnsResolver:
    return DnsResolver(nameservers=[f"127.0.0.1:{server.port}"], lifetime=2)


async def test_follows_a_cname_to_its_addresses(zone: Zone, resolver: DnsResolver) -> None:
    await zone.add(f"shop1.{DOMAIN}", "CNAME", TARGET)
    name = f"shop1.{DOMAIN}"
    assert await resolver.lookup(name) == DnsAnswer(name, (TARGET,), frozenset({"127.0.0.1"}))


async def test_reads_a_chain_in_its_order(zone: Zone, resolver: DnsResolver) -> None:
    await zone.add("shop2", "CNAME", f"shop2-alias.{DOMAIN}")
    await zone.add("shop2-alias", "CNAME", TARGET)
    assert (await resolver.lookup(f"shop2.{DOMAIN}")).chain == (f"shop2-alias.{DOMAIN}", TARGET)


async def test_reads_both_kinds_of_address(zone: Zone, resolver: DnsResolver) -> None:
    await zone.add("shop3", "A", "192.0.2.7")
    await zone.add("shop3", "AAAA", "2001:db8::7")
    answer = await resolver.lookup(f"shop3.{DOMAIN}")
    assert answer.addresses == {"192.0.2.7", "2001:db8::7"}
    assert answer.chain == ()


@pytest.mark.parametrize("target", [NOBODYS, f"gone.{TARGET}"], ids=["elsewhere", "nowhere"])
async def test_sees_a_cname_whose_target_leads_nowhere(
    zone: Zone, resolver: DnsResolver, target: str
) -> None:
    await zone.add("shop4", "CNAME", target)
    answer = await resolver.lookup(f"shop4.{DOMAIN}")
    assert answer.exists
    assert answer.chain == (target,)
    assert answer.addresses == frozenset()


async def test_a_name_that_is_not_there_does_not_exist(resolver: DnsResolver) -> None:
    assert not (await resolver.lookup(f"nobody.below.{TARGET}")).exists


async def test_a_name_with_records_of_other_kinds_does_not_exist(zone: Zone, resolver: DnsResolver) -> None:
    await zone.add("shop5", "TXT", "no address here")
    assert not (await resolver.lookup(f"shop5.{DOMAIN}")).exists


async def test_a_wildcard_answers_for_any_name(resolver: DnsResolver) -> None:
    assert (await resolver.lookup(f"anything.{DOMAIN}")).chain == (TARGET,)


async def test_sees_a_record_added_after_a_look_that_found_nothing(zone: Zone, resolver: DnsResolver) -> None:
    await zone.add("shop6", "TXT", "stops the wildcard")
    assert not (await resolver.lookup(f"shop6.{DOMAIN}")).exists
    await zone.remove("shop6")
    await zone.add("shop6", "CNAME", TARGET)
    assert (await resolver.lookup(f"shop6.{DOMAIN}")).exists


@pytest.mark.parametrize("kind", ["servfail", "refused", "timeout"])
async def test_no_usable_answer_is_transient(server: DnsServer, faults: Faults, kind: str) -> None:
    await faults.add("dns", "*", kind, None, 0)
    hasty = DnsResolver(nameservers=[f"127.0.0.1:{server.port}"], lifetime=0.3)
    with pytest.raises(Transient, match=f"shop7.{DOMAIN}"):
        await hasty.lookup(f"shop7.{DOMAIN}")
    with pytest.raises(Transient):
        await hasty.lookup_authoritative(f"shop7.{DOMAIN}")
    await faults.clear()
    assert (await hasty.lookup(f"shop7.{DOMAIN}")).exists


async def test_no_server_at_all_is_transient() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        resolver = DnsResolver(nameservers=[f"127.0.0.1:{silent.getsockname()[1]}"], lifetime=0.3)
        with pytest.raises(Transient):
            await resolver.lookup(f"shop8.{DOMAIN}")


async def test_asks_the_next_server_when_one_is_silent(server: DnsServer) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    resolver = DnsResolver(nameservers=[f"127.0.0.1:{port}", f"127.0.0.1:{server.port}"], lifetime=1)
    assert (await resolver.lookup(f"shop9.{DOMAIN}")).exists


async def test_an_answer_too_big_for_a_datagram_comes_over_tcp(zone: Zone, resolver: DnsResolver) -> None:
    many = {f"192.0.2.{number}" for number in range(1, 121)}
    for address in many:
        await zone.add("shop10", "A", address)
    assert (await resolver.lookup(f"shop10.{DOMAIN}")).addresses == many


async def test_asks_the_servers_of_the_zone_themselves(zone: Zone, resolver: DnsResolver) -> None:
    await zone.add("shop11", "CNAME", NOBODYS)
    name = f"shop11.{DOMAIN}"
    assert await resolver.lookup_authoritative(name) == DnsAnswer(name, (NOBODYS,))


async def test_the_servers_of_the_zone_know_what_does_not_exist(resolver: DnsResolver) -> None:
    assert not (await resolver.lookup_authoritative(f"nobody.below.{TARGET}")).exists


async def test_a_zone_without_a_known_server_is_transient(zone: Zone, resolver: DnsResolver) -> None:
    [address] = await zone.find(f"ns1.{DOMAIN}", "A")
    await zone.remove_by_id(address.id)
    await zone.add("ns1", "TXT", "stops the wildcard")
    try:
        with pytest.raises(Transient, match="No address is known"):
            await resolver.lookup_authoritative(f"shop12.{DOMAIN}")
    finally:
        await zone.remove("ns1")
        await zone.add("ns1", "A", address.value)


@pytest.mark.parametrize("text", ["dns.example", "127.0.0.1:dns", "127.0.0.1:70000", "1.2.3"])
def test_refuses_a_nameserver_that_is_no_address(text: str) -> None:
    with pytest.raises(Permanent, match="DNS_NAMESERVERS"):
        DnsResolver(nameservers=[text])


@pytest.mark.parametrize("text", ["192.0.2.1", "192.0.2.1:5353", "2001:db8::1", "[2001:db8::1]:5353"])
def test_takes_addresses_with_and_without_a_port(text: str) -> None:
    DnsResolver(nameservers=[text])
