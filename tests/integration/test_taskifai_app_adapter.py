"""TaskifaiApp at tenants' own names: the DNS, TLS and HTTP on the way there are real."""

import asyncio
import json
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse

from provisioning.adapters import pinned_transport
from provisioning.adapters.dns_resolver import DnsResolver
from provisioning.adapters.http import new_client
from provisioning.adapters.pinned_transport import PinnedTransport
from provisioning.adapters.taskifai_app import LONGEST_TEXT, TaskifaiApp
from provisioning.domain.secret import Secret, new_password
from provisioning.errors import TenantbotError, Transient, Unclear
from provisioning.ports import Answer
from sandbox.dns.server import DnsServer
from sandbox.dns.zone import Zone
from sandbox.faults import Faults
from sandbox.ports import HOST
from sandbox.serve import RunningServer, serve
from sandbox.state import State
from tests.integration.scripted_service import DROPPED, ScriptedService, json_answer

DOMAIN = "taskifai.test"
PASSWORD = new_password(24)
TOKEN = Secret(secrets.token_hex(16))
EMAIL = "admin@customer.example"


@dataclass
class ListedDns:
    """Implements the port Addresses from a list; a name without an entry does not exist."""

    listed: dict[str, list[str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def addresses(self, name: str) -> AsyncGenerator[str]:
        self.asked.append(name)
        for address in self.listed.get(name, []):
            yield address


@dataclass(frozen=True)
class Tenants:
    service: ScriptedService
    server: RunningServer
    authority: Path

    @property
    def url_template(self) -> str:
        return f"https://{{subdomain}}.{DOMAIN}:{self.server.port}"


@pytest.fixture(scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Tenants]:
    """Serve customerinc and harbour, and no other name of the domain."""
    folder, authority, service = tmp_path_factory.mktemp("tls"), trustme.CA(), ScriptedService()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    own = authority.issue_cert(f"customerinc.{DOMAIN}", f"harbour.{DOMAIN}")
    own.private_key_and_cert_chain_pem.write_to_path(folder / "own.pem")
    server = await serve(service, certificate=folder / "own.pem", key=folder / "own.pem")
    yield Tenants(service, server, folder / "ca.pem")
    await server.stop()


@pytest.fixture
def service(running: Tenants) -> ScriptedService:
    running.service.reset()
    return running.service


@pytest.fixture
def dns() -> ListedDns:
    names = ("customerinc", "harbour", "uncertified")
    return ListedDns({f"{name}.{DOMAIN}": [HOST] for name in names})


@pytest.fixture
async def app(running: Tenants, service: ScriptedService, dns: ListedDns) -> AsyncIterator[TaskifaiApp]:
    del service
    transport = PinnedTransport(dns=dns, ca_file=running.authority)
    async with new_client(base_url="", transport=transport, timeout=5) as client:
        yield TaskifaiApp(client, url_template=running.url_template)


async def failure(call: Awaitable[Any]) -> TenantbotError:
    with pytest.raises(TenantbotError) as caught:
        await call
    return caught.value


# --- The way there --------------------------------------------------------------------------------


async def test_reaches_a_tenant_through_the_sandboxs_dns(
    running: Tenants, service: ScriptedService, state: State
) -> None:
    zone = Zone(state, DOMAIN)
    await zone.ensure_base_records()
    server = DnsServer(zone, Faults(state))
    await server.start()
    resolver = DnsResolver(nameservers=[f"{HOST}:{server.port}"], lifetime=2)
    transport = PinnedTransport(dns=resolver, ca_file=running.authority)
    async with new_client(base_url="", transport=transport) as client:
        app = TaskifaiApp(client, url_template=running.url_template)
        service.on("GET", "/api/health", json_answer({"tenant_id": "t-1"}))
        assert (await app.health("customerinc")).tenant_id == "t-1"
    await server.stop()
    assert service.asked[0].headers["host"] == f"customerinc.{DOMAIN}:{running.server.port}"


def test_the_librarys_private_seat_of_the_network_is_where_we_take_it() -> None:
    """Should an update of httpx move it, names would silently be the system's to resolve."""
    assert hasattr(httpx.AsyncHTTPTransport()._pool, "_network_backend")


async def test_a_connection_serves_its_host_for_as_long_as_it_is_kept(
    running: Tenants, service: ScriptedService, dns: ListedDns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pinned_transport, "LIMITS", httpx.Limits(keepalive_expiry=0.2))
    service.on("GET", "/", HTMLResponse("<p>hello"))
    transport = PinnedTransport(dns=dns, ca_file=running.authority)
    async with new_client(base_url="", transport=transport) as client:
        app = TaskifaiApp(client, url_template=running.url_template)
        for name in ("customerinc", "customerinc", "harbour", "customerinc", "harbour"):
            await app.frontend(name)
        assert dns.asked == [f"customerinc.{DOMAIN}", f"harbour.{DOMAIN}"]
        await asyncio.sleep(0.3)
        dns.listed[f"late.{DOMAIN}"] = []
        await failure(app.frontend("late"))
        assert list(transport._by_host) == [f"late.{DOMAIN}"]  # what is kept for nobody is closed
        await app.frontend("harbour")
        assert dns.asked[2:] == [f"late.{DOMAIN}", f"harbour.{DOMAIN}"]


async def test_a_name_outside_the_certificate_is_refused_although_a_connection_is_open(
    app: TaskifaiApp, service: ScriptedService
) -> None:
    service.on("GET", "/", HTMLResponse("<p>hello"))
    assert (await app.frontend("customerinc")).status == 200
    assert (await app.frontend("harbour")).status == 200
    fault = await failure(app.frontend("uncertified"))
    assert type(fault) is Transient
    assert fault.code == "tls"
    assert "certificate takes some minutes" in fault.message
    assert len(service.asked) == 2


async def test_an_authority_that_is_not_ours_is_refused(running: Tenants, dns: ListedDns) -> None:
    async with new_client(base_url="", transport=PinnedTransport(dns=dns)) as client:
        app = TaskifaiApp(client, url_template=running.url_template)
        assert (await failure(app.frontend("customerinc"))).code == "tls"


async def test_a_name_that_does_not_exist_is_transient(app: TaskifaiApp) -> None:
    fault = await failure(app.register("nobody", email=EMAIL, password=PASSWORD, full_name="A"))
    assert type(fault) is Transient
    assert f"the DNS has no address for nobody.{DOMAIN}" in fault.message


async def test_a_dns_without_an_answer_is_transient(running: Tenants) -> None:
    resolver = DnsResolver(nameservers=[f"{HOST}:1"], lifetime=0.2)
    transport = PinnedTransport(dns=resolver, ca_file=running.authority)
    async with new_client(base_url="", transport=transport) as client:
        app = TaskifaiApp(client, url_template=running.url_template)
        fault = await failure(app.frontend("customerinc"))
    assert type(fault) is Transient
    assert "No name server gave a usable answer" in fault.message


async def test_tries_one_address_after_the_other(
    app: TaskifaiApp, service: ScriptedService, dns: ListedDns
) -> None:
    dns.listed[f"harbour.{DOMAIN}"] = ["127.0.0.2", HOST, "::1"]
    service.on("GET", "/", HTMLResponse("<p>hello"))
    assert (await app.frontend("harbour")).status == 200


async def test_a_plain_address_needs_no_dns(running: Tenants, dns: ListedDns) -> None:
    transport = PinnedTransport(dns=dns, ca_file=running.authority)
    async with new_client(base_url="", transport=transport) as client:
        fault = await failure(TaskifaiApp(client, url_template=running.server.url).frontend("any"))
    assert fault.code == "tls"


async def test_without_a_dns_names_are_the_systems() -> None:
    server = await serve(service := ScriptedService())
    service.on("GET", "/", HTMLResponse("<p>hello"))
    async with new_client(base_url="", transport=PinnedTransport()) as client:
        app = TaskifaiApp(client, url_template=f"http://localhost:{server.port}/")
        assert (await app.frontend("any")).text == "<p>hello"
    await server.stop()


# --- What is asked --------------------------------------------------------------------------------


def test_the_url_is_the_templates() -> None:
    app = TaskifaiApp(httpx.AsyncClient(), url_template="https://{subdomain}.taskifai.com/")
    assert app.url("customerinc") == "https://customerinc.taskifai.com"


async def test_registers_an_admin(app: TaskifaiApp, service: ScriptedService) -> None:
    service.on("POST", "/api/auth/register", json_answer({"user": {}}, 201))
    assert (await app.register("harbour", email=EMAIL, password=PASSWORD, full_name="Jo")).status == 201
    assert json.loads(service.asked[0].body) == {
        "email": EMAIL,
        "password": PASSWORD.reveal(),
        "full_name": "Jo",
        "role": "admin",
    }


async def test_logs_in(app: TaskifaiApp, service: ScriptedService) -> None:
    service.on("POST", "/api/auth/login", json_answer({"access_token": "a.b.c", "token_type": "bearer"}))
    answer = await app.login("harbour", email=EMAIL, password=PASSWORD)
    assert answer.data == {"access_token": "a.b.c", "token_type": "bearer"}
    assert json.loads(service.asked[0].body) == {"email": EMAIL, "password": PASSWORD.reveal()}


async def test_works_with_uploads_under_a_token(app: TaskifaiApp, service: ScriptedService) -> None:
    for method, path in (
        ("GET", "/api/uploads/batches"),
        ("POST", "/api/uploads"),
        ("GET", "/api/uploads/batches/b/1"),
        ("DELETE", "/api/uploads/batches/b/1"),
    ):
        service.on(method, path, json_answer({"batches": []}))
    answers = [
        await app.batches("harbour", TOKEN),
        await app.upload("harbour", TOKEN, filename="sales.csv", content=b"a,b\n1,2\n"),
        await app.batch("harbour", TOKEN, "b/1"),
        await app.delete_batch("harbour", TOKEN, "b/1"),
    ]
    assert [answer.status for answer in answers] == [200] * 4
    assert {asked.headers["authorization"] for asked in service.asked} == {f"Bearer {TOKEN.reveal()}"}
    form = service.asked[1].body
    assert b'name="file"; filename="sales.csv"' in form
    assert b"a,b\n1,2\n" in form
    assert b'name="mode"\r\n\r\nappend' in form


# --- What is answered -----------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 307, 401, 404, 422, 429, 500, 503])
async def test_every_status_is_an_answer(app: TaskifaiApp, service: ScriptedService, status: int) -> None:
    service.on("POST", "/api/auth/login", json_answer({"detail": "so"}, status))
    answer = await app.login("harbour", email=EMAIL, password=PASSWORD)
    assert (answer.status, answer.data, answer.text) == (status, {"detail": "so"}, '{"detail":"so"}')


@pytest.mark.parametrize(
    ("answer", "tenant_id", "source"),
    [
        (json_answer({"tenant_id": "t-1"}, x_tenant_id="t-2"), "t-1", "the body"),
        (json_answer({"status": "healthy"}, x_tenant_id="t-2"), "t-2", "the header X-Tenant-ID"),
        (json_answer({"tenant_id": None}), None, None),
        (json_answer(["tenant_id"]), None, None),
        (PlainTextResponse("Internal Server Error", 500), None, None),
    ],
)
async def test_reads_the_tenant_from_the_body_or_else_the_header(
    app: TaskifaiApp, service: ScriptedService, answer: Any, tenant_id: str | None, source: str | None
) -> None:
    service.on("GET", "/api/health", answer)
    found = await app.health("harbour")
    assert (found.tenant_id, found.tenant_id_from) == (tenant_id, source)


async def test_what_is_no_json_has_no_data_and_a_short_text(
    app: TaskifaiApp, service: ScriptedService
) -> None:
    service.on("GET", "/", HTMLResponse("<p>" + "x" * 5000))
    answer = await app.frontend("harbour")
    assert answer.data is None
    assert answer.content_type.startswith("text/html")
    assert len(answer.text) == LONGEST_TEXT


async def test_evidence_holds_no_secret(app: TaskifaiApp, service: ScriptedService) -> None:
    given = secrets.token_hex(16)
    echo = {"access_token": given, "password": PASSWORD.reveal()}
    service.on("POST", "/api/auth/login", json_answer(echo))
    service.on("GET", "/api/uploads/batches", PlainTextResponse(f"no entry for {TOKEN.reveal()}", 500))
    texts = [
        (await app.login("harbour", email=EMAIL, password=PASSWORD)).text,
        (await app.batches("harbour", TOKEN)).text,
    ]
    assert texts == ['{"access_token":"…","password":"…"}', "no entry for …"]


async def test_follows_redirects_only_while_reading(app: TaskifaiApp, service: ScriptedService) -> None:
    for method in ("GET", "POST", "DELETE"):
        service.on(method, "/api/uploads/batches/1", RedirectResponse("/elsewhere"))
    service.on("POST", "/api/uploads", RedirectResponse("/elsewhere"))
    service.on("GET", "/elsewhere", json_answer({"there": True}))
    assert (await app.batch("harbour", TOKEN, "1")).data == {"there": True}
    assert (await app.delete_batch("harbour", TOKEN, "1")).status == 307
    assert (await app.upload("harbour", TOKEN, filename="x", content=b"")).status == 307
    assert [asked.path for asked in service.asked].count("/elsewhere") == 1


async def test_silence_is_unclear_only_where_something_may_have_been_made(
    app: TaskifaiApp, service: ScriptedService
) -> None:
    def asks() -> list[tuple[Awaitable[Answer], type]]:
        return [
            (app.frontend("harbour"), Transient),
            (app.register("harbour", email=EMAIL, password=PASSWORD, full_name="A"), Unclear),
            (app.login("harbour", email=EMAIL, password=PASSWORD), Transient),
            (app.batches("harbour", TOKEN), Transient),
            (app.upload("harbour", TOKEN, filename="x", content=b""), Unclear),
            (app.batch("harbour", TOKEN, "1"), Transient),
            (app.delete_batch("harbour", TOKEN, "1"), Transient),
        ]

    paths = ("/", "/api/auth/register", "/api/auth/login", "/api/uploads", "/api/uploads/batches")
    for path in (*paths, "/api/uploads/batches/1"):
        for method in ("GET", "POST", "DELETE"):
            service.on(method, path, DROPPED)
    for ask, kind in asks():
        fault = await failure(ask)
        assert type(fault) is kind
        assert PASSWORD.reveal() not in fault.message
