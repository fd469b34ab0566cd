"""The mail stand-ins over real sockets: SMTP with TLS and login, the API beside it, and the mailbox they share."""

import asyncio
import base64
import json
import os
import secrets
import smtplib
import ssl
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import aiosmtplib
import httpx
import pytest
import trustme

from sandbox.faults import Faults
from sandbox.mail import email_fields, mailbox, resend
from sandbox.mail.server import MailServer
from sandbox.serve import serve
from sandbox.state import State

HOST = "127.0.0.1"
USER, PASSWORD = "tenantbot", secrets.token_urlsafe(8)
KEY = f"re_fake_{secrets.token_hex(4)}"
jsonschema = pytest.importorskip("jsonschema")
CONTRACTS = Path(__file__).parents[2] / os.environ.get("CONTRACTS_DIR", "../shared/contracts")


@pytest.fixture(scope="session")
def ca() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def trust(ca: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    ca.configure_trust(context)
    return context


@pytest.fixture(scope="session")
def switches(state: State) -> Faults:
    return Faults(state)


@pytest.fixture
async def faults(switches: Faults) -> AsyncIterator[Faults]:
    yield switches
    await switches.clear()


@pytest.fixture
async def server(state: State, faults: Faults, ca: trustme.CA, tmp_path: Path) -> AsyncIterator[MailServer]:
    issued = ca.issue_cert(HOST)
    certificate, key = tmp_path / "mail.pem", tmp_path / "mail.key"
    issued.cert_chain_pems[0].write_to_path(certificate)
    issued.private_key_pem.write_to_path(key)
    server = MailServer(state, faults, user=USER, password=PASSWORD, certificate=certificate, key=key)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture(scope="session")
async def box_url(state: State) -> AsyncIterator[str]:
    running = await serve(mailbox.create_app(state))
    yield running.url
    await running.stop()


@pytest.fixture
async def box(box_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=box_url) as client:
        yield client
        await client.delete("/messages")


@pytest.fixture(scope="session")
async def api_url(state: State, switches: Faults) -> AsyncIterator[str]:
    running = await serve(resend.create_app(state, switches, key=KEY, domain="taskifai.test"))
    yield running.url
    await running.stop()


@pytest.fixture
async def api(state: State, api_url: str) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"authorization": f"Bearer {KEY}"}
    async with httpx.AsyncClient(base_url=api_url, headers=headers) as client:
        yield client
    await state.pool.execute("truncate mail_messages, mail_idempotency_keys")


def letter(to: str = "olena@harbour.example", subject: str = "Welcome") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "TaskifAI <hello@taskifai.test>"
    message["To"] = to
    message["Subject"] = subject
    message["Message-ID"] = "<run-1@taskifai.test>"
    message.set_content("Hello in plain text\n")
    message.add_alternative("<p>Hello in <b>HTML</b></p>\n", subtype="html")
    return message


async def send(server: MailServer, trust: ssl.SSLContext, message: EmailMessage, **options: Any) -> None:
    settings: dict[str, Any] = {
        "username": USER,
        "password": PASSWORD,
        "start_tls": True,
        "tls_context": trust,
        "timeout": 5,
    }
    await aiosmtplib.send(message, hostname=HOST, port=server.port, **(settings | options))


async def subjects(box: httpx.AsyncClient, **filters: str) -> list[str]:
    return [mail["subject"] for mail in (await box.get("/messages", params=filters)).json()]


# SMTP


async def test_a_mail_arrives_with_both_its_bodies(
    server: MailServer, box: httpx.AsyncClient, trust: ssl.SSLContext
) -> None:
    await send(server, trust, letter())
    assert (await box.get("/messages")).json() == [
        {
            "to": "olena@harbour.example",
            "subject": "Welcome",
            "text": "Hello in plain text\n",
            "html": "<p>Hello in <b>HTML</b></p>\n",
            "message_id": "<run-1@taskifai.test>",
        }
    ]


async def test_no_warning_is_logged_at_a_login(
    server: MailServer, box: httpx.AsyncClient, trust: ssl.SSLContext, caplog: pytest.LogCaptureFixture
) -> None:
    await send(server, trust, letter())
    assert [record for record in caplog.records if record.name == "mail.log"] == []


async def test_mails_are_listed_oldest_first_and_by_recipient(
    server: MailServer, box: httpx.AsyncClient, trust: ssl.SSLContext
) -> None:
    for number, to in enumerate(("a@x.example", "b@x.example, a@x.example", "b@x.example")):
        await send(server, trust, letter(to, f"mail {number}"))
    assert await subjects(box) == ["mail 0", "mail 1", "mail 2"]
    assert await subjects(box, to="a@x.example") == ["mail 0", "mail 1"]


async def test_everything_can_be_thrown_away(
    server: MailServer, box: httpx.AsyncClient, trust: ssl.SSLContext
) -> None:
    await send(server, trust, letter())
    assert (await box.delete("/messages")).status_code == 204
    assert await subjects(box) == []


async def test_letters_of_all_languages_survive(
    server: MailServer, box: httpx.AsyncClient, trust: ssl.SSLContext
) -> None:
    message = letter(subject="Ласкаво просимо, søster ✓")
    message.replace_header("To", "ольга@приклад.example")
    await send(server, trust, message)
    [mail] = (await box.get("/messages")).json()
    assert (mail["subject"], mail["to"]) == ("Ласкаво просимо, søster ✓", "ольга@приклад.example")


async def test_refuses_mail_without_a_login(
    server: MailServer, box: httpx.AsyncClient, trust: ssl.SSLContext
) -> None:
    with pytest.raises(aiosmtplib.SMTPSenderRefused) as refusal:
        await send(server, trust, letter(), username=None, password=None)
    assert refusal.value.code == 530
    assert await subjects(box) == []


async def test_refuses_a_wrong_password(server: MailServer, trust: ssl.SSLContext) -> None:
    with pytest.raises(aiosmtplib.SMTPAuthenticationError) as refusal:
        await send(server, trust, letter(), password="wrong")
    assert refusal.value.code == 535


async def test_offers_no_login_before_encryption(server: MailServer) -> None:
    client = aiosmtplib.SMTP(hostname=HOST, port=server.port, start_tls=False, timeout=5)
    async with client:
        await client.ehlo()
        assert client.supports_extension("starttls")
        assert not client.supports_extension("auth")
        for command in (b"AUTH PLAIN " + base64.b64encode(b"\0a\0b"), b"MAIL FROM:<a@b.example>"):
            assert (await client.execute_command(command)).code == 530


async def test_an_asker_who_trusts_nobody_gets_no_connection(server: MailServer) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        await send(server, ssl.create_default_context(), letter())


async def test_speaks_the_extensions_that_mail_needs(server: MailServer, trust: ssl.SSLContext) -> None:
    client = aiosmtplib.SMTP(hostname=HOST, port=server.port, start_tls=True, tls_context=trust, timeout=5)
    async with client:
        await client.ehlo()
        assert all(map(client.supports_extension, ("8bitmime", "smtputf8", "auth", "size")))


async def test_the_standard_library_can_send_too(
    server: MailServer, box: httpx.AsyncClient, trust: ssl.SSLContext
) -> None:
    def send_blocking() -> None:
        with smtplib.SMTP(HOST, server.port, timeout=5) as client:
            client.starttls(context=trust)
            client.login(USER, PASSWORD)
            client.send_message(letter())

    await asyncio.to_thread(send_blocking)
    assert await subjects(box) == ["Welcome"]


async def test_keeps_a_mail_that_is_hardly_one(
    server: MailServer, box: httpx.AsyncClient, trust: ssl.SSLContext
) -> None:
    raw = b"Subject: caf\xe9\r\nContent-Type: text/plain; charset=klingon\r\n\r\nnul \0 and \xff\r\n"
    client = aiosmtplib.SMTP(
        hostname=HOST, port=server.port, start_tls=True, tls_context=trust, username=USER, password=PASSWORD
    )
    async with client:
        await client.sendmail("a@x.example", ["b@x.example"], raw)
    [mail] = (await box.get("/messages")).json()
    assert mail["text"] == "nul  and ÿ\n"
    assert mail["message_id"] == mail["html"] == ""


async def test_stops_though_someone_is_connected(state: State, faults: Faults, server: MailServer) -> None:
    reader, writer = await asyncio.open_connection(HOST, server.port)
    await reader.readline()
    await server.stop()
    assert await reader.read() == b""
    writer.close()


# SMTP faults


async def test_a_busy_mailbox_takes_the_mail_the_next_time(
    server: MailServer, box: httpx.AsyncClient, faults: Faults, trust: ssl.SSLContext
) -> None:
    await faults.add("mail", "olena@harbour.example", "4xx", 1, 0)
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as refusal:
        await send(server, trust, letter())
    assert refusal.value.recipients[0].code == 450
    await send(server, trust, letter())
    assert await subjects(box) == ["Welcome"]


async def test_a_rejected_mail_is_not_kept(
    server: MailServer, box: httpx.AsyncClient, faults: Faults, trust: ssl.SSLContext
) -> None:
    await faults.add("mail", "olena@harbour.example", "5xx", 1, 0)
    with pytest.raises(aiosmtplib.SMTPDataError) as refusal:
        await send(server, trust, letter())
    assert refusal.value.code == 554
    assert await subjects(box) == []


async def test_a_fault_of_the_login_refuses_the_right_password(
    server: MailServer, box: httpx.AsyncClient, faults: Faults, trust: ssl.SSLContext
) -> None:
    await faults.add("mail", "*", "auth", 2, 0)
    with pytest.raises(aiosmtplib.SMTPAuthenticationError):
        await send(server, trust, letter())
    await send(server, trust, letter())
    assert await subjects(box) == ["Welcome"]


async def test_a_mail_can_be_kept_though_nobody_hears_of_it(
    server: MailServer, box: httpx.AsyncClient, faults: Faults, trust: ssl.SSLContext
) -> None:
    await faults.add("mail", "olena@*", "dropped-after-commit", 1, 0)
    with pytest.raises(aiosmtplib.SMTPServerDisconnected):
        await send(server, trust, letter())
    assert await subjects(box) == ["Welcome"]


async def test_a_fault_leaves_other_recipients_alone(
    server: MailServer, box: httpx.AsyncClient, faults: Faults, trust: ssl.SSLContext
) -> None:
    await faults.add("mail", "someone@else.example", "4xx", None, 0)
    await send(server, trust, letter())
    assert await subjects(box) == ["Welcome"]


# The page


async def test_the_page_shows_mails_and_lets_them_do_nothing(
    server: MailServer, box: httpx.AsyncClient, trust: ssl.SSLContext
) -> None:
    message = letter(subject="<script>alert(1)</script>")
    message.get_payload()[1].set_content('<a href="https://x.example">"Sign in"</a>', subtype="html")  # type: ignore[index, union-attr]
    await send(server, trust, message)
    page = await box.get("/")
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert "<script>" not in page.text
    assert 'srcdoc="&lt;base target=&#34;_blank&#34;&gt;&lt;a href=' in page.text
    assert 'name="viewport"' in page.text


async def test_an_empty_mailbox_says_so(box: httpx.AsyncClient) -> None:
    assert "Nothing yet" in (await box.get("/")).text


# The mail API

EMAIL: dict[str, Any] = {
    "from": "TaskifAI <hello@taskifai.test>",
    "to": ["olena@harbour.example"],
    "subject": "Welcome",
    "html": "<p>Hello</p>",
    "text": "Hello",
    "reply_to": "support@taskifai.test",
    "headers": {"X-Run": "run-1"},
    "tags": [{"name": "kind", "value": "welcome"}],
}


async def test_an_email_of_the_api_arrives_in_the_same_mailbox(
    api: httpx.AsyncClient, box: httpx.AsyncClient
) -> None:
    response = await api.post("/emails", json=EMAIL)
    assert response.status_code == 200
    [mail] = (await box.get("/messages")).json()
    assert mail == {
        "to": "olena@harbour.example",
        "subject": "Welcome",
        "text": "Hello\n",
        "html": "<p>Hello</p>\n",
        "message_id": f"<{response.json()['id']}@resend.sandbox>",
    }


async def test_copies_reach_their_recipients(api: httpx.AsyncClient, box: httpx.AsyncClient) -> None:
    await api.post("/emails", json=EMAIL | {"cc": "Cc <c@x.example>", "bcc": ["b@x.example"]})
    assert await subjects(box, to="b@x.example") == await subjects(box, to="c@x.example") == ["Welcome"]


async def test_the_same_key_and_body_send_one_mail(api: httpx.AsyncClient, box: httpx.AsyncClient) -> None:
    headers = {"idempotency-key": "welcome-tenant/1"}
    answers = await asyncio.gather(*(api.post("/emails", json=EMAIL, headers=headers) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(await subjects(box)) == 1


async def test_the_same_key_with_another_body_is_refused(
    api: httpx.AsyncClient, box: httpx.AsyncClient
) -> None:
    headers = {"idempotency-key": "welcome-tenant/2"}
    await api.post("/emails", json=EMAIL, headers=headers)
    response = await api.post("/emails", json=EMAIL | {"subject": "Other"}, headers=headers)
    assert (response.status_code, response.json()["name"]) == (409, "invalid_idempotent_request")
    assert await subjects(box) == ["Welcome"]


async def test_a_key_is_forgotten_after_a_day(
    state: State, api: httpx.AsyncClient, box: httpx.AsyncClient
) -> None:
    headers = {"idempotency-key": "welcome-tenant/3"}
    await api.post("/emails", json=EMAIL, headers=headers)
    await state.pool.execute("update mail_idempotency_keys set used_at = used_at - interval '25 hours'")
    response = await api.post("/emails", json=EMAIL | {"subject": "Other"}, headers=headers)
    assert response.status_code == 200
    assert await subjects(box) == ["Welcome", "Other"]


async def test_a_lost_answer_is_found_again_by_its_key(
    api: httpx.AsyncClient, box: httpx.AsyncClient, faults: Faults
) -> None:
    headers = {"idempotency-key": "welcome-tenant/4"}
    await faults.add("mail", "*", "dropped-after-commit", 1, 0)
    with pytest.raises(httpx.RemoteProtocolError):
        await api.post("/emails", json=EMAIL, headers=headers)
    assert (await api.post("/emails", json=EMAIL, headers=headers)).status_code == 200
    assert await subjects(box) == ["Welcome"]


@pytest.mark.parametrize(
    ("kind", "status", "name"),
    [
        ("4xx", 429, "rate_limit_exceeded"),
        ("5xx", 500, "application_error"),
        ("auth", 403, "invalid_api_key"),
    ],
)
async def test_faults_of_mail_hold_for_the_api_too(
    api: httpx.AsyncClient, box: httpx.AsyncClient, faults: Faults, kind: str, status: int, name: str
) -> None:
    await faults.add("mail", "olena@harbour.example", kind, 1, 0)
    response = await api.post("/emails", json=EMAIL)
    assert (response.status_code, response.json()["name"]) == (status, name)
    assert await subjects(box) == []
    assert (await api.post("/emails", json=EMAIL)).status_code == 200


@pytest.mark.parametrize(
    ("authorization", "status", "name"),
    [
        ("", 401, "missing_api_key"),
        pytest.param(f"Basic {KEY}", 401, "missing_api_key", id="basic"),
        ("Bearer re_other", 403, "invalid_api_key"),
    ],
)
async def test_refuses_whoever_has_not_the_key(
    api: httpx.AsyncClient, authorization: str, status: int, name: str
) -> None:
    response = await api.post("/emails", json=EMAIL, headers={"authorization": authorization})
    assert (response.status_code, response.json()["name"]) == (status, name)
    assert response.json().keys() == {"statusCode", "name", "message"}


@pytest.mark.parametrize(
    "change",
    [
        {"surprise": 1},
        {"to": []},
        {"to": ["olena@harbour.example"] * 51},
        {"to": "not an address"},
        {"to": "a@x.example, b@x.example"},
        {"to": {"email": "a@x.example"}},
        {"from": "hello"},
        {"from": "Evil\r\nBcc: x <hello@taskifai.test>"},
        {"subject": "two\nlines"},
        {"subject": None},
        {"html": 1},
        {"text": "half \ud800"},
        {"text": "", "html": ""},
        {"headers": {"X-Run": "a\nb"}},
        {"headers": {"X Run": "a"}},
        {"tags": [{"name": "a b", "value": "c"}]},
        {"tags": [{"name": "a"}]},
        {"scheduled_at": "2026-12-01T09:00:00Z"},
    ],
)
async def test_refuses_what_it_does_not_understand(
    api: httpx.AsyncClient, box: httpx.AsyncClient, change: dict[str, Any]
) -> None:
    response = await api.post("/emails", content=json.dumps(EMAIL | change))
    assert (response.status_code, response.json()["name"]) == (400, "validation_error")
    assert await subjects(box) == []


@pytest.mark.parametrize("field", email_fields.REQUIRED)
async def test_refuses_a_request_without_what_it_needs(api: httpx.AsyncClient, field: str) -> None:
    response = await api.post("/emails", json={name: EMAIL[name] for name in EMAIL if name != field})
    assert (response.status_code, response.json()["name"]) == (422, "missing_required_field")


@pytest.mark.parametrize("content", ["", "{", "[]", '"text"'])
async def test_refuses_a_body_that_is_no_object(api: httpx.AsyncClient, content: str) -> None:
    response = await api.post("/emails", content=content)
    assert (response.status_code, response.json()["name"]) == (400, "validation_error")


async def test_refuses_a_sender_of_another_domain(api: httpx.AsyncClient) -> None:
    response = await api.post("/emails", json=EMAIL | {"from": "hello@elsewhere.example"})
    assert (response.status_code, response.json()["name"]) == (403, "validation_error")


@pytest.mark.parametrize("key", ["", "x" * 257])
async def test_refuses_a_key_that_is_too_short_or_too_long(api: httpx.AsyncClient, key: str) -> None:
    response = await api.post("/emails", json=EMAIL, headers={"idempotency-key": key})
    assert (response.status_code, response.json()["name"]) == (400, "invalid_idempotency_key")


async def test_knows_one_path_and_one_method(api: httpx.AsyncClient) -> None:
    assert (await api.get("/emails")).json()["name"] == "method_not_allowed"
    assert (await api.post("/letters", json=EMAIL)).json()["name"] == "not_found"


# The contract


@pytest.fixture(scope="session")
def contract() -> dict[str, Any]:
    path = CONTRACTS / "supabase" / "resend_openapi_trimmed.json"
    if not path.exists():
        pytest.skip(f"The contract of the mail API is not at {path}; set CONTRACTS_DIR.")
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def schema(contract: dict[str, Any], name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}", "components": contract["components"]}


def test_the_fields_of_the_api_are_those_of_the_contract(contract: dict[str, Any]) -> None:
    documented = contract["components"]["schemas"]["SendEmailRequest"]
    taken = {name for name in documented["properties"] if name in EMAIL | {"cc": 1, "bcc": 1}}
    assert taken | email_fields.UNPLAYED == documented["properties"].keys()
    assert set(documented["required"]) == set(email_fields.REQUIRED)


async def test_the_answer_of_the_api_is_the_contract_s(
    api: httpx.AsyncClient, box: httpx.AsyncClient, contract: dict[str, Any]
) -> None:
    jsonschema.validate(EMAIL, schema(contract, "SendEmailRequest"))
    answer = (await api.post("/emails", json=EMAIL)).json()
    jsonschema.validate(answer, schema(contract, "SendEmailResponse"))
    assert answer.keys() == contract["components"]["schemas"]["SendEmailResponse"]["properties"].keys()
