"""Cloudflare's stand-in over real sockets: what is written through its API is what the DNS server says."""

import asyncio
import json
import os
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import dns.asyncresolver
import dns.resolver
import httpx
import pytest

from sandbox.cloudflare.app import create_app
from sandbox.dns.server import DnsServer
from sandbox.dns.zone import TARGET, Zone
from sandbox.faults import Faults
from sandbox.serve import serve
from sandbox.state import State

jsonschema = pytest.importorskip("jsonschema")
CONTRACTS = Path(__file__).parents[2] / os.environ.get("CONTRACTS_DIR", "../shared/contracts")

TOKEN = f"fake-{secrets.token_hex(4)}"
ZONE_ID = secrets.token_hex(16)
RECORDS = f"/zones/{ZONE_ID}/dns_records"
ALIAS = {
    "type": "CNAME",
    "name": "shop",
    "content": TARGET,
    "ttl": 1,
    "proxied": False,
    "comment": "tenantbot",
}


@pytest.fixture(scope="module")
def served(state: State) -> Zone:
    return Zone(state, f"{secrets.token_hex(4)}.test")


@pytest.fixture(scope="module")
def faults(state: State) -> Faults:
    return Faults(state)


@pytest.fixture(scope="module")
async def url(faults: Faults, served: Zone) -> AsyncIterator[str]:
    running = await serve(create_app(served, faults, token=TOKEN, zone_id=ZONE_ID))
    yield f"{running.url}/client/v4"
    await running.stop()


@pytest.fixture
async def zone(state: State, served: Zone) -> AsyncIterator[Zone]:
    """The zone that is served, as on its first day."""
    await served.ensure_base_records()
    yield served
    for record in await served.all():
        await served.remove_by_id(record.id)
    await served.set_propagation(0)
    await state.pool.execute("delete from dns_settings where name like $1", f"% {served.domain}")


@pytest.fixture
async def api(faults: Faults, zone: Zone, url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=url, headers={"authorization": f"Bearer {TOKEN}"}) as client:
        yield client
    await faults.clear()


@pytest.fixture
async def resolver(faults: Faults, zone: Zone) -> AsyncIterator[dns.asyncresolver.Resolver]:
    server = DnsServer(zone, faults)
    await server.start()
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers = ["127.0.0.1"]
    resolver.port = server.port
    yield resolver
    await server.stop()


async def create(api: httpx.AsyncClient, **change: Any) -> Any:
    response = await api.post(RECORDS, json=ALIAS | change)
    assert response.status_code == 200, response.text
    return response.json()["result"]


def code(response: httpx.Response) -> tuple[int, int]:
    """Return the status, and the code inside the envelope."""
    document = response.json()
    assert document["success"] is False
    assert document["result"] is None
    return response.status_code, document["errors"][0]["code"]


# Writing and reading


async def test_a_record_of_the_api_is_answered_by_the_dns(
    api: httpx.AsyncClient, zone: Zone, resolver: dns.asyncresolver.Resolver
) -> None:
    record = await create(api)
    assert (record["name"], record["content"]) == (f"shop.{zone.domain}", TARGET)
    answer = await resolver.resolve(f"shop.{zone.domain}", "A")
    assert answer.canonical_name.to_text() == f"{TARGET}."


async def test_a_new_record_is_unseen_for_the_time_of_propagation(
    api: httpx.AsyncClient, zone: Zone, resolver: dns.asyncresolver.Resolver
) -> None:
    await zone.remove("*")
    await zone.set_propagation(3600)
    await create(api)
    with pytest.raises(dns.resolver.NXDOMAIN):
        await resolver.resolve(f"shop.{zone.domain}", "A")
    assert (await api.get(RECORDS, params={"name": f"shop.{zone.domain}"})).json()["result"]


async def test_names_are_completed_with_the_zone(api: httpx.AsyncClient, zone: Zone) -> None:
    for given, kept in (
        ("@", zone.domain),
        ("A.b", f"a.b.{zone.domain}"),
        (f"full.{zone.domain}.", f"full.{zone.domain}"),
        ("www.example.org", f"www.example.org.{zone.domain}"),
        (TARGET, f"{TARGET}.{zone.domain}"),
    ):
        assert (await create(api, type="TXT", name=given, content="x"))["name"] == kept


async def test_a_record_can_be_read_replaced_edited_and_deleted(api: httpx.AsyncClient, zone: Zone) -> None:
    record = await create(api)
    path = f"{RECORDS}/{record['id']}"
    assert (await api.get(path)).json()["result"] == record
    replaced = (await api.put(path, json=ALIAS | {"content": "other.example", "comment": None})).json()[
        "result"
    ]
    assert (replaced["content"], replaced["comment"]) == ("other.example", None)
    edited = (await api.patch(path, json={"comment": "ours"})).json()["result"]
    assert (edited["content"], edited["comment"], edited["id"]) == ("other.example", "ours", record["id"])
    assert (await api.delete(path)).json()["result"] == {"id": record["id"]}
    assert code(await api.get(path)) == (404, 81044)
    assert code(await api.delete(path)) == (404, 81044)
    assert await zone.find("shop") == []


async def test_lists_by_type_and_name(api: httpx.AsyncClient, zone: Zone) -> None:
    await create(api)
    await create(api, type="TXT", content="hello")
    found = (await api.get(RECORDS, params={"type": "CNAME", "name": f"shop.{zone.domain}"})).json()
    assert [record["content"] for record in found["result"]] == [TARGET]
    exact = (await api.get(RECORDS, params={"name.exact": f"shop.{zone.domain}"})).json()
    assert len(exact["result"]) == 2
    assert (await api.get(RECORDS, params={"name": "nobody"})).json()["result"] == []


async def test_pages_through_a_long_list(api: httpx.AsyncClient) -> None:
    for number in range(5):
        await create(api, type="TXT", content=f"page {number}")
    second = (await api.get(RECORDS, params={"type": "TXT", "per_page": 2, "page": 2})).json()
    assert [record["content"] for record in second["result"]] == ["page 2", "page 3"]
    assert second["result_info"] == {"page": 2, "per_page": 2, "count": 2, "total_count": 5, "total_pages": 3}


async def test_shows_neither_the_zone_s_own_records_nor_those_of_others(
    api: httpx.AsyncClient, zone: Zone
) -> None:
    listed = (await api.get(RECORDS)).json()["result"]
    assert {record["type"] for record in listed} == {"A", "CNAME"}
    assert all(record["name"].endswith(zone.domain) for record in listed)
    [target] = await zone.find(TARGET)
    assert code(await api.delete(f"{RECORDS}/{target.id}")) == (404, 81044)


async def test_a_proxied_record_has_an_automatic_ttl(api: httpx.AsyncClient) -> None:
    assert (await create(api, proxied=True, ttl=3600))["ttl"] == 1


# Conflicts


async def test_an_identical_record_is_refused_as_identical(api: httpx.AsyncClient) -> None:
    await create(api)
    assert code(await api.post(RECORDS, json=ALIAS)) == (400, 81058)


async def test_the_same_record_with_other_settings_exists_already(api: httpx.AsyncClient) -> None:
    await create(api)
    assert code(await api.post(RECORDS, json=ALIAS | {"ttl": 600})) == (400, 81057)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ({}, {"content": "other.example"}, 81053),
        ({"type": "A", "content": "127.0.0.1"}, {}, 81053),
        ({"type": "AAAA", "content": "::1"}, {}, 81053),
        ({}, {"type": "A", "content": "127.0.0.1"}, 81054),
    ],
)
async def test_an_alias_stands_alone(
    api: httpx.AsyncClient, first: dict[str, Any], second: dict[str, Any], expected: int
) -> None:
    await create(api, **first)
    assert code(await api.post(RECORDS, json=ALIAS | second)) == (400, expected)


async def test_a_text_may_stand_beside_an_alias(api: httpx.AsyncClient) -> None:
    await create(api)
    await create(api, type="TXT", content="hello")


async def test_an_edit_meets_the_same_conflicts(api: httpx.AsyncClient) -> None:
    await create(api)
    other = await create(api, name="other")
    path = f"{RECORDS}/{other['id']}"
    assert code(await api.patch(path, json={"name": "shop"})) == (400, 81058)
    assert code(await api.put(path, json=ALIAS | {"content": "x.example"})) == (400, 81053)
    assert (await api.patch(path, json={"name": "other"})).status_code == 200


async def test_of_many_at_once_one_is_made(api: httpx.AsyncClient, zone: Zone) -> None:
    answers = await asyncio.gather(*(api.post(RECORDS, json=ALIAS) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400, 400, 400]
    assert {code(answer) for answer in answers if answer.status_code == 400} == {(400, 81058)}
    assert len(await zone.find("shop")) == 1


# Refusals


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"surprise": 1}, 9207),
        ({"name": ""}, 9000),
        ({"name": None}, 9000),
        ({"name": "bad name"}, 9000),
        ({"name": "half \ud800"}, 9000),
        ({"name": "x" * 64}, 9000),
        ({"type": "CAKE"}, 1004),
        ({"type": ["A"]}, 1004),
        ({"type": "A"}, 9005),
        ({"type": "AAAA", "content": "127.0.0.1"}, 9006),
        ({"content": "not a name"}, 9007),
        ({"content": None}, 9007),
        ({"type": "TXT", "content": ""}, 9009),
        ({"type": "TXT", "content": '"open'}, 9009),
        ({"type": "TXT", "content": "nul \0"}, 9009),
        ({"ttl": 59}, 9021),
        ({"ttl": 86_401}, 9021),
        ({"ttl": "60"}, 9021),
        ({"ttl": True}, 9021),
        ({"proxied": "no"}, 9041),
        ({"type": "TXT", "proxied": True}, 9041),
        ({"comment": "x" * 101}, 1004),
        ({"comment": 1}, 1004),
        ({"tags": ["a:b"]}, 1004),
    ],
)
async def test_refuses_what_no_record_can_be(
    api: httpx.AsyncClient, zone: Zone, change: dict[str, Any], expected: int
) -> None:
    before = len(await zone.all())
    assert code(await api.post(RECORDS, content=json.dumps(ALIAS | change))) == (400, expected)
    assert len(await zone.all()) == before


@pytest.mark.parametrize(
    ("field", "expected"), [("name", 9000), ("ttl", 9021), ("type", 1004), ("content", 9007)]
)
async def test_refuses_a_record_without_what_it_needs(
    api: httpx.AsyncClient, field: str, expected: int
) -> None:
    record = await create(api, name="other")
    lacking = {name: value for name, value in ALIAS.items() if name != field}
    assert code(await api.post(RECORDS, json=lacking)) == (400, expected)
    assert code(await api.put(f"{RECORDS}/{record['id']}", json=lacking)) == (400, expected)


@pytest.mark.parametrize("content", ["", "{", "[]", "null", b"\xff"])
async def test_refuses_a_body_that_is_no_record(api: httpx.AsyncClient, content: str | bytes) -> None:
    assert code(await api.post(RECORDS, content=content)) == (400, 9207)


@pytest.mark.parametrize(
    "query", [{"search": "x"}, {"page": "0"}, {"per_page": "many"}, {"per_page": "5001"}]
)
async def test_refuses_a_list_that_it_cannot_give(api: httpx.AsyncClient, query: dict[str, str]) -> None:
    assert code(await api.get(RECORDS, params=query)) == (400, 1004)


async def test_refuses_another_token(api: httpx.AsyncClient) -> None:
    wrong = {"authorization": "Bearer other"}
    assert code(await api.get(RECORDS, headers=wrong)) == (403, 10000)
    assert code(await api.post(RECORDS, json=ALIAS, headers=wrong)) == (403, 10000)
    assert code(await api.get("/user/tokens/verify", headers=wrong)) == (401, 1000)


@pytest.mark.parametrize("header", ["", "Bearer", f"Basic {TOKEN}"], ids=["none", "bare", "basic"])
async def test_refuses_a_request_without_a_token(api: httpx.AsyncClient, header: str) -> None:
    assert code(await api.get(RECORDS, headers={"authorization": header})) == (400, 6003)


async def test_knows_its_own_zone_only(api: httpx.AsyncClient, zone: Zone) -> None:
    other = f"/zones/{secrets.token_hex(16)}"
    assert code(await api.get(f"{other}/dns_records")) == (404, 7003)
    assert code(await api.get(other)) == (404, 7003)
    own = (await api.get(f"/zones/{ZONE_ID}")).json()["result"]
    assert (own["id"], own["name"], own["status"]) == (ZONE_ID, zone.domain, "active")


async def test_confirms_its_token(api: httpx.AsyncClient) -> None:
    document = (await api.get("/user/tokens/verify")).json()
    assert document["success"]
    assert document["result"]["status"] == "active"


async def test_answers_unknown_paths_in_its_envelope(api: httpx.AsyncClient) -> None:
    assert code(await api.get("/nowhere")) == (404, 7000)
    assert code(await api.put(RECORDS, json=ALIAS)) == (405, 7001)


# Faults


async def test_a_created_record_survives_a_lost_answer(
    api: httpx.AsyncClient, faults: Faults, zone: Zone
) -> None:
    await faults.add("cloudflare", "*", "5xx-after-commit", 1, 0)
    assert (await api.post(RECORDS, json=ALIAS)).status_code == 504
    assert len(await zone.find("shop")) == 1


async def test_is_throttled_when_told_so(api: httpx.AsyncClient, faults: Faults) -> None:
    await faults.add("cloudflare", f"/client/v4{RECORDS}", "429", 1, 2)
    response = await api.get(RECORDS)
    assert (response.status_code, response.headers["retry-after"]) == (429, "2")
    assert (await api.get(RECORDS)).status_code == 200


# The contract


@pytest.fixture(scope="session")
def contract() -> dict[str, Any]:
    path = CONTRACTS / "supabase" / "cloudflare_dns_records_contract.json"
    if not path.exists():
        pytest.skip(f"The contract of the DNS API is not at {path}; set CONTRACTS_DIR.")
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


@pytest.mark.parametrize(
    ("kind", "content"), [("A", "127.0.0.1"), ("AAAA", "::1"), ("CNAME", TARGET), ("TXT", "hello")]
)
async def test_records_look_as_the_contract_has_them(
    api: httpx.AsyncClient, contract: dict[str, Any], kind: str, content: str
) -> None:
    body = ALIAS | {"type": kind, "content": content}
    jsonschema.validate(body | {"zone_id": ZONE_ID}, contract["createRequest"][f"{kind}Record"])
    response = await api.post(RECORDS, json=body)
    jsonschema.validate(response.json(), contract["envelope"])
    shape = contract["recordResponse"][f"{kind}Record"]
    checker = jsonschema.FormatChecker()
    jsonschema.validate(response.json()["result"], shape, format_checker=checker)
    assert response.json()["result"].keys() <= shape["properties"].keys()


async def test_every_operation_answers_as_the_contract_says(
    api: httpx.AsyncClient, contract: dict[str, Any]
) -> None:
    record = await create(api)
    bodies = {"create": ALIAS | {"name": "new"}, "update": ALIAS, "edit": {"comment": "x"}}
    for name in ("create", "list", "get", "update", "edit", "delete"):
        operation = contract["operations"][name]
        path = operation["path"].format(zone_id=ZONE_ID, dns_record_id=record["id"])
        response = await api.request(operation["method"], path, json=bodies.get(name))
        assert response.status_code == operation["success"], name
        jsonschema.validate(response.json(), contract["envelope"])


async def test_refusals_look_as_the_contract_has_them(
    api: httpx.AsyncClient, contract: dict[str, Any]
) -> None:
    jsonschema.validate((await api.post(RECORDS, json={})).json(), contract["envelope"])
    jsonschema.validate((await api.get("/nowhere")).json(), contract["envelope"])


def test_every_field_and_filter_is_one_of_the_contract(contract: dict[str, Any]) -> None:
    assert ALIAS.keys() <= contract["createRequest"]["CNAMERecord"]["properties"].keys()
    assert {"type", "name", "content", "comment", "page", "per_page"} <= contract["listQuery"][
        "properties"
    ].keys()
