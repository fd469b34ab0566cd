"""The zone at Cloudflare against the sandbox's, and the zone that is nobody's to write."""

import secrets
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from provisioning.adapters.cloudflare_records import CloudflareRecords
from provisioning.adapters.cloudflare_zone import CloudflareZone
from provisioning.adapters.http import new_client
from provisioning.adapters.no_zone import NoZone
from provisioning.errors import Permanent, TenantbotError, Transient, Unclear
from provisioning.ports import DnsZone, ZoneRecord
from sandbox.cloudflare.app import create_app
from sandbox.dns.zone import TARGET, Zone
from sandbox.faults import Faults
from sandbox.serve import serve
from sandbox.state import State
from tests.integration.scripted_service import ScriptedService, json_answer

DOMAIN = "cloudflare-adapter.test"
NAME = f"customerinc.{DOMAIN}"
OURS = "tenantbot customerinc"
TOKEN = secrets.token_hex(16)
ZONE_ID = secrets.token_hex(16)


@pytest.fixture
async def zone(state: State) -> AsyncIterator[Zone]:
    zone = Zone(state, DOMAIN)
    yield zone
    await zone.remove(NAME)


@pytest.fixture
async def faults(state: State) -> AsyncIterator[Faults]:
    faults = Faults(state)
    yield faults
    await faults.clear()


@pytest.fixture
async def api(zone: Zone, faults: Faults) -> AsyncIterator[str]:
    server = await serve(create_app(zone, faults, token=TOKEN, zone_id=ZONE_ID))
    yield f"{server.url}/client/v4"
    await server.stop()


def a_client(api: str, token: str = TOKEN) -> httpx.AsyncClient:
    return new_client(base_url=api, headers={"authorization": f"Bearer {token}"}, timeout=5)


@pytest.fixture
async def cloudflare(api: str) -> AsyncIterator[CloudflareZone]:
    async with a_client(api) as client:
        yield CloudflareZone(client, zone_id=ZONE_ID)


async def ensure(zone: DnsZone) -> str:
    return await zone.ensure_cname(NAME, TARGET, comment=OURS)


async def records(zone: Zone) -> list[tuple[str, str, int, bool, str]]:
    found = await zone.find(NAME)
    return [(record.type, record.value, record.ttl, record.proxied, record.comment) for record in found]


async def test_creates_a_record_that_says_whose_it_is(cloudflare: CloudflareZone, zone: Zone) -> None:
    made = await ensure(cloudflare)
    assert await records(zone) == [("CNAME", TARGET, 1, False, OURS)]
    assert [record.id for record in await zone.find(NAME)] == [made]


async def test_finds_its_record_again(cloudflare: CloudflareZone, zone: Zone) -> None:
    assert await ensure(cloudflare) == await ensure(cloudflare)
    assert len(await records(zone)) == 1


async def test_takes_a_record_added_by_hand(cloudflare: CloudflareZone, zone: Zone) -> None:
    by_hand = await zone.add(NAME, "CNAME", TARGET, comment="by hand")
    assert await ensure(cloudflare) == by_hand
    assert await records(zone) == [("CNAME", TARGET, 60, False, "by hand")]


@pytest.mark.parametrize(("target", "proxied"), [("old.example", False), (TARGET, True)])
async def test_corrects_its_own_record(
    cloudflare: CloudflareZone, zone: Zone, target: str, proxied: bool
) -> None:
    ours = await zone.add(NAME, "CNAME", target, comment=OURS, proxied=proxied)
    assert await ensure(cloudflare) == ours
    assert await records(zone) == [("CNAME", TARGET, 1, False, OURS)]


@pytest.mark.parametrize(
    ("kind", "value", "proxied", "shown"),
    [
        ("CNAME", "shop.example", False, "CNAME shop.example;"),
        ("CNAME", TARGET, True, rf"CNAME {TARGET} \(proxied\);"),
        ("A", "192.0.2.1", False, "A 192.0.2.1;"),
        ("AAAA", "2001:db8::1", False, "AAAA 2001:db8::1;"),
    ],
)
async def test_says_what_stands_in_the_way_and_leaves_it(
    cloudflare: CloudflareZone, zone: Zone, kind: str, value: str, proxied: bool, shown: str
) -> None:
    await zone.add(NAME, kind, value, proxied=proxied)
    before = await records(zone)
    with pytest.raises(Permanent, match=shown) as caught:
        await ensure(cloudflare)
    assert caught.value.code == "dns_taken"
    assert await records(zone) == before


async def test_stands_beside_records_of_other_kinds(cloudflare: CloudflareZone, zone: Zone) -> None:
    await zone.add(NAME, "TXT", "proves something")
    await ensure(cloudflare)
    assert {kind for kind, *_ in await records(zone)} == {"TXT", "CNAME"}


async def test_finds_what_a_lost_answer_left(cloudflare: CloudflareZone, zone: Zone, faults: Faults) -> None:
    await faults.add("cloudflare", "*", "5xx-after-commit", 1, 0)
    with pytest.raises(Unclear):
        await ensure(cloudflare)
    made = await ensure(cloudflare)
    assert [record.id for record in await zone.find(NAME)] == [made]


@pytest.mark.parametrize("kind", ["429", "5xx", "html", "dropped"])
async def test_trouble_is_transient(cloudflare: CloudflareZone, faults: Faults, kind: str) -> None:
    await faults.add("cloudflare", "*", kind, 1, 0)
    with pytest.raises(TenantbotError) as caught:
        await ensure(cloudflare)
    assert type(caught.value) is Transient


async def test_removes_its_own_record_only(cloudflare: CloudflareZone, zone: Zone) -> None:
    await ensure(cloudflare)
    await cloudflare.remove_cname(NAME, comment="tenantbot other")
    assert len(await records(zone)) == 1
    await cloudflare.remove_cname(NAME, comment=OURS)
    await cloudflare.remove_cname(NAME, comment=OURS)
    assert await records(zone) == []


async def test_lists_its_own_records(cloudflare: CloudflareZone, zone: Zone) -> None:
    assert await cloudflare.list_records(comment_start="tenantbot ") == []
    await zone.add(NAME, "CNAME", TARGET, comment=OURS)

    assert await cloudflare.list_records(comment_start="tenantbot ") == [ZoneRecord(NAME, TARGET, OURS)]
    assert await cloudflare.list_records(comment_start="by hand") == []


async def test_lists_every_page(api: str, zone: Zone) -> None:
    names = [f"{name}.{DOMAIN}" for name in ("first", "second")]
    for name in (NAME, *names):
        await zone.add(name, "CNAME", TARGET)
    try:
        async with a_client(api) as client:
            found = await CloudflareRecords(client, zone_id=ZONE_ID).all("CNAME", per_page=1)
    finally:
        for name in names:
            await zone.remove(name)

    assert {NAME, *names} <= {record.name for record in found}


async def test_checks_its_access(cloudflare: CloudflareZone) -> None:
    await cloudflare.check_access()


async def test_names_the_setting_of_a_wrong_token(api: str) -> None:
    async with a_client(api, token="wrong") as client:
        with pytest.raises(Permanent, match="CLOUDFLARE_API_TOKEN") as caught:
            await CloudflareZone(client, zone_id=ZONE_ID).check_access()
    assert caught.value.code == "bad_credentials"


async def test_names_the_setting_of_a_wrong_zone(api: str) -> None:
    async with a_client(api) as client:
        with pytest.raises(Permanent, match="CLOUDFLARE_ZONE_ID") as caught:
            await CloudflareZone(client, zone_id="0" * 32).check_access()
    assert caught.value.code == "unknown_zone"


# --- Answers of the real service that the sandbox's does not give ---------------------------------


RECORDS = f"/zones/{ZONE_ID}/dns_records"


def many(*found: dict[str, Any]) -> Any:
    return json_answer({"success": True, "errors": [], "messages": [], "result": list(found)})


def a_record(content: str) -> dict[str, Any]:
    return {"id": "1", "name": NAME, "type": "CNAME", "content": content, "proxied": False, "comment": None}


def refusal(code: int, status: int = 400) -> Any:
    errors = [{"code": code, "message": "No."}]
    return json_answer({"success": False, "errors": errors, "messages": [], "result": None}, status)


@pytest.fixture
def service() -> ScriptedService:
    return ScriptedService()


@pytest.fixture
async def scripted(service: ScriptedService) -> AsyncIterator[CloudflareZone]:
    server = await serve(service)
    async with a_client(server.url) as client:
        yield CloudflareZone(client, zone_id=ZONE_ID)
    await server.stop()


@pytest.mark.parametrize("code", [81053, 81054, 81057, 81058])
async def test_takes_a_record_written_between_look_and_act(
    scripted: CloudflareZone, service: ScriptedService, code: int
) -> None:
    service.on("GET", RECORDS, many(), many(a_record(f"{TARGET}.".upper())))
    service.on("POST", RECORDS, refusal(code))
    assert await ensure(scripted) == "1"


async def test_says_what_was_written_between_look_and_act(
    scripted: CloudflareZone, service: ScriptedService
) -> None:
    service.on("GET", RECORDS, many(), many(a_record("shop.example")))
    service.on("POST", RECORDS, refusal(81053))
    with pytest.raises(Permanent, match=r"CNAME shop\.example"):
        await ensure(scripted)


async def test_a_record_that_exists_but_is_not_listed_is_transient(
    scripted: CloudflareZone, service: ScriptedService
) -> None:
    service.on("GET", RECORDS, many())
    service.on("POST", RECORDS, refusal(81058))
    with pytest.raises(Transient):
        await ensure(scripted)


async def test_removing_what_somebody_else_removed_succeeds(
    scripted: CloudflareZone, service: ScriptedService
) -> None:
    service.on("GET", RECORDS, many(a_record(TARGET) | {"comment": OURS}))
    service.on("DELETE", f"{RECORDS}/1", refusal(81044, 404))
    await scripted.remove_cname(NAME, comment=OURS)


async def test_any_other_refusal_is_permanent_and_quoted(
    scripted: CloudflareZone, service: ScriptedService
) -> None:
    service.on("GET", RECORDS, many())
    service.on("POST", RECORDS, refusal(1004))
    with pytest.raises(Permanent, match=r"Cloudflare refused: No\."):
        await ensure(scripted)


@pytest.mark.parametrize(("method", "error"), [("GET", Transient), ("POST", Unclear)])
async def test_an_answer_that_can_not_be_read_is_no_answer(
    scripted: CloudflareZone, service: ScriptedService, method: str, error: type[TenantbotError]
) -> None:
    service.on("GET", RECORDS, many())
    service.on(method, RECORDS, json_answer("hello"))
    with pytest.raises(TenantbotError) as caught:
        await ensure(scripted)
    assert type(caught.value) is error


# --- No zone --------------------------------------------------------------------------------------


async def test_without_a_zone_a_person_is_told_the_record() -> None:
    zone: DnsZone = NoZone()
    assert zone.provider == "none"
    await zone.check_access()
    await zone.remove_cname(NAME, comment=OURS)
    with pytest.raises(Permanent, match=f"{NAME} CNAME {TARGET}"):
        await ensure(zone)
