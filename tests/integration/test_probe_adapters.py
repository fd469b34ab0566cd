"""What only a diagnosis asks, over the wire: certificates, CAA, the Data API, logs, the hosting provider."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from starlette.applications import Starlette

from provisioning.adapters.dns_resolver import DnsResolver
from provisioning.adapters.http import new_client
from provisioning.adapters.supabase_data_api import SupabaseDataApi
from provisioning.adapters.supabase_logs import SupabaseLogs
from provisioning.adapters.tls_certificates import TlsCertificates
from provisioning.adapters.vercel_domains import VercelDomains
from provisioning.domain.project import ProjectRef
from provisioning.domain.secret import Secret
from provisioning.errors import Permanent, TenantbotError, Transient
from provisioning.ports import DnsAnswer
from provisioning.probes import CaaPolicy, HostedDomain
from sandbox.dns.server import DnsServer
from sandbox.dns.zone import Zone
from sandbox.faults import Faults
from sandbox.serve import serve
from sandbox.state import State
from tests.integration.scripted_service import ManualClock, ScriptedService, json_answer
from tests.integration.supabase_stand_in import make, open_api

HOST = "acme.taskifai.test"


class _Loopback:
    """Implements as much of the port Dns as finding every name here takes."""

    async def lookup(self, name: str) -> DnsAnswer:
        return DnsAnswer(name, (), frozenset({"127.0.0.1"}))

    lookup_authoritative = lookup


@asynccontextmanager
async def tls(
    leaf: trustme.LeafCert, authority: trustme.CA, folder: Path
) -> AsyncIterator[tuple[str, TlsCertificates]]:
    """A server that shows this certificate, and who looks at it, trusting this authority."""
    with leaf.private_key_and_cert_chain_pem.tempfile(str(folder)) as pem:
        server = await serve(Starlette(), certificate=Path(pem), key=Path(pem))
    trusted = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(trusted))
    yield f"https://{HOST}:{server.port}", TlsCertificates(dns=_Loopback(), ca_file=trusted)
    await server.stop()


async def test_a_good_certificate_is_read(tmp_path: Path) -> None:
    authority = trustme.CA(organization_name="A test authority")
    async with tls(authority.issue_cert("*.taskifai.test"), authority, tmp_path) as (url, certificates):
        shown = await certificates.shown_at(url)
    assert (shown.names, shown.issuer, shown.problem) == (("*.taskifai.test",), "A test authority", None)


@pytest.mark.parametrize(
    ("names", "days", "problem"),
    [
        ((HOST,), -1, "certificate has expired"),
        (("other.example.net",), 30, "Hostname mismatch"),
    ],
)
async def test_a_bad_certificate_is_read_all_the_same(
    tmp_path: Path, names: tuple[str, ...], days: int, problem: str
) -> None:
    authority, now = trustme.CA(), datetime.now(UTC)
    leaf = authority.issue_cert(
        *names, not_before=now - timedelta(days=60), not_after=now + timedelta(days=days)
    )
    async with tls(leaf, authority, tmp_path) as (url, certificates):
        shown = await certificates.shown_at(url)
    assert shown.names == names
    assert shown.problem is not None
    assert problem in shown.problem


async def test_an_unknown_authority_is_named(tmp_path: Path) -> None:
    stranger = trustme.CA(organization_name="Nobody we know")
    async with tls(stranger.issue_cert(HOST), trustme.CA(), tmp_path) as (url, certificates):
        shown = await certificates.shown_at(url)
    assert (shown.issuer, shown.problem is None) == ("Nobody we know", False)


async def test_nobody_behind_a_name_is_no_certificate(tmp_path: Path) -> None:
    authority = trustme.CA()
    async with tls(authority.issue_cert(HOST), authority, tmp_path) as (url, certificates):
        pass
    with pytest.raises(Transient, match="No TLS at"):
        await certificates.shown_at(url)


@pytest.fixture
async def zone(state: State) -> AsyncIterator[tuple[Zone, DnsResolver]]:
    zone = Zone(state, f"{secrets.token_hex(4)}.test")
    await zone.ensure_base_records()
    server = DnsServer(zone, Faults(state))
    await server.start()
    yield zone, DnsResolver(nameservers=(f"127.0.0.1:{server.port}",))
    await server.stop()


async def test_the_closest_caa_holds(zone: tuple[Zone, DnsResolver]) -> None:
    records, resolver = zone
    assert await resolver.caa(f"shop.{records.domain}") is None
    await records.add("@", "CAA", '0 issue "ca.example.net; policy=ev"')
    await records.add("@", "CAA", '0 iodef "mailto:ca@example.net"')
    assert await resolver.caa(f"shop.{records.domain}") == CaaPolicy(records.domain, ("ca.example.net",))
    await records.add("below", "CAA", '0 issue ";"')
    assert await resolver.caa(f"below.{records.domain}") == CaaPolicy(f"below.{records.domain}", ())


async def test_caa_that_says_nothing_of_issuing_forbids_nobody(zone: tuple[Zone, DnsResolver]) -> None:
    records, resolver = zone
    await records.add("@", "CAA", '0 iodef "mailto:ca@example.net"')
    assert await resolver.caa(records.domain) is None


async def test_keys_are_tried_at_the_data_api(state: State) -> None:
    async with open_api(state, project_seconds=0) as api:
        ref = ProjectRef(await make(api))
        keys = {
            key["type"]: key["api_key"]
            for key in (await api.get(f"/v1/projects/{ref}/api-keys?reveal=true")).json()
        }
        async with new_client(base_url="") as client:
            data = SupabaseDataApi(client, url_template=f"{api.base_url}/data/{{ref}}")
            service = await data.read(ref, "no_such_table", Secret(keys["secret"]))
            anon = await data.read(ref, "no_such_table", Secret(keys["publishable"]))
            wrong = await data.read(ref, "no_such_table", Secret("sb_secret_fake"))
    assert (service.status, service.accepted, anon.accepted) == (404, True, True)
    assert (wrong.status, wrong.accepted, wrong.rows) == (401, False, 0)


async def test_logs_are_read_for_a_day_at_most(state: State) -> None:
    async with open_api(state, project_seconds=0) as api:
        ref, organization = (
            ProjectRef(await make(api)),
            (await api.get("/v1/organizations")).json()[0]["slug"],
        )
        logs = SupabaseLogs(api, organization=organization, clock=ManualClock())
        now = datetime.now(UTC)
        assert await logs.recent_queries(ref, since=now - timedelta(hours=24), until=now) == []
        with pytest.raises(Permanent, match="24 hours"):
            await logs.recent_queries(ref, since=now - timedelta(hours=25), until=now)


DOMAIN, CONFIG = f"/v9/projects/prj/domains/{HOST}", f"/v6/domains/{HOST}/config"
WILDCARD = "/v9/projects/prj/domains/*.taskifai.test"
VERIFIED: dict[str, Any] = {"name": HOST, "apexName": "taskifai.test", "projectId": "prj", "verified": True}
CHALLENGE = {"type": "TXT", "domain": "_vercel.taskifai.test", "value": "vc-domain-verify=acme"}


@pytest.fixture
async def vercel(
    running: tuple[ScriptedService, str], service: ScriptedService
) -> AsyncIterator[VercelDomains]:
    del service
    async with new_client(base_url=running[1], headers={"authorization": "Bearer fake"}) as client:
        yield VercelDomains(client, project="prj", team="team_1")


async def test_a_domain_is_served_when_it_is_verified_and_configured(
    vercel: VercelDomains, service: ScriptedService
) -> None:
    service.on("GET", DOMAIN, json_answer(VERIFIED))
    service.on("GET", CONFIG, json_answer({"misconfigured": False}))
    assert await vercel.domain(HOST) == HostedDomain(HOST, None)
    assert {asked.params["teamId"] for asked in service.asked} == {"team_1"}


@pytest.mark.parametrize(
    ("domain", "config", "problem"),
    [
        (VERIFIED, {"misconfigured": True}, "misconfigured"),
        (VERIFIED | {"verified": False, "verification": [CHALLENGE]}, {}, "vc-domain-verify=acme"),
        (VERIFIED | {"verified": False}, {}, "not verified"),
    ],
)
async def test_what_keeps_a_domain_from_being_served_is_said(
    vercel: VercelDomains,
    service: ScriptedService,
    domain: dict[str, Any],
    config: dict[str, Any],
    problem: str,
) -> None:
    service.on("GET", DOMAIN, json_answer(domain))
    service.on("GET", CONFIG, json_answer(config))
    found = await vercel.domain(HOST)
    assert found is not None
    assert problem in (found.problem or "")


async def test_a_wildcard_of_the_project_serves_it_too(
    vercel: VercelDomains, service: ScriptedService
) -> None:
    service.on("GET", WILDCARD, json_answer(VERIFIED | {"name": "*.taskifai.test"}))
    service.on("GET", "/v6/domains/*.taskifai.test/config", json_answer({"misconfigured": False}))
    assert await vercel.domain(HOST) == HostedDomain("*.taskifai.test", None)


async def test_a_domain_that_is_not_there_is_none(vercel: VercelDomains) -> None:
    assert await vercel.domain(HOST) is None


@pytest.mark.parametrize(("status", "code"), [(403, "token"), (410, "refused_by_vercel"), (500, "transient")])
async def test_a_refusal_is_none_of_these(
    vercel: VercelDomains, service: ScriptedService, status: int, code: str
) -> None:
    service.on("GET", DOMAIN, json_answer({"error": {"code": "no", "message": "No."}}, status))
    with pytest.raises(TenantbotError) as refusal:
        await vercel.domain(HOST)
    assert refusal.value.code == code
