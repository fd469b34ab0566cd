"""Both ways of sending mail against the sandbox's, and against mail servers that refuse or hang up."""

import secrets
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme

from provisioning.adapters.http import new_client
from provisioning.adapters.resend_mailer import ResendMailer
from provisioning.adapters.smtp_mailer import SmtpMailer
from provisioning.domain.secret import Secret, new_password
from provisioning.errors import Permanent, TenantbotError, Transient, Unclear
from provisioning.ports import Email, Mailer
from sandbox.faults import Faults
from sandbox.mail import resend
from sandbox.mail.message import Mail, kept, throw_away
from sandbox.mail.server import MailServer
from sandbox.serve import serve
from sandbox.state import State
from tests.integration.scripted_service import ScriptedService, json_answer
from tests.integration.scripted_smtp import HANGS_UP, ScriptedSmtp

HOST = "127.0.0.1"
USER, PASSWORD = "tenantbot", new_password(20)
KEY = f"re_fake_{secrets.token_hex(8)}"
SENDER = "TaskifAI <welcome@taskifai.test>"
SUPPORT = "support@taskifai.test"


def an_email(to: str = "admin@customer.com") -> Email:
    return Email(
        to=to,
        subject="Welcome to TaskifAI – Café Łódź",
        text="Your password: fake-çedilla\n.\nA line with one dot is above.\n",
        html="<p>Your password: <b>fake-çedilla</b></p>\n",
        message_id=f"<{secrets.token_hex(8)}@tenantbot.taskifai.test>",
    )


async def failure(mailer: Mailer, email: Email | None = None) -> TenantbotError:
    """Return the error that sending ends in."""
    with pytest.raises(TenantbotError) as caught:
        await mailer.send(email or an_email())
    assert PASSWORD.reveal() not in repr(caught.value)
    assert KEY not in repr(caught.value)
    return caught.value


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(file)
    return file


@pytest.fixture
async def faults(state: State) -> AsyncIterator[Faults]:
    faults = Faults(state)
    yield faults
    await faults.clear()
    await throw_away(state)


# --- SMTP, the sandbox's --------------------------------------------------------------------------


@pytest.fixture
async def server(
    state: State, faults: Faults, authority: trustme.CA, tmp_path: Path
) -> AsyncIterator[MailServer]:
    issued = authority.issue_cert(HOST)
    certificate, key = tmp_path / "mail.pem", tmp_path / "mail.key"
    issued.cert_chain_pems[0].write_to_path(certificate)
    issued.private_key_pem.write_to_path(key)
    server = MailServer(
        state, faults, user=USER, password=PASSWORD.reveal(), certificate=certificate, key=key
    )
    await server.start()
    yield server
    await server.stop()


def by_smtp(port: int, **differing: Any) -> SmtpMailer:
    usual: dict[str, Any] = {
        "host": HOST,
        "port": port,
        "user": USER,
        "password": PASSWORD,
        "sender": SENDER,
        "reply_to": SUPPORT,
        "tls": "starttls",
    }
    return SmtpMailer(**usual | differing)


@pytest.fixture
def smtp(server: MailServer, ca_file: Path) -> SmtpMailer:
    return by_smtp(server.port, ca_file=ca_file)


async def the_mail(state: State) -> Mail:
    [mail] = await kept(state)
    return mail


async def headers_of_the_mail(state: State) -> dict[str, str]:
    raw: bytes = await state.pool.fetchval("select raw from mail_messages")
    head = raw.decode("ascii").partition("\r\n\r\n")[0].replace("\r\n ", " ")
    return dict(line.split(": ", 1) for line in head.split("\r\n"))


async def test_smtp_sends_text_and_html_as_they_are(smtp: SmtpMailer, state: State) -> None:
    email = an_email()
    await smtp.send(email)
    mail = await the_mail(state)
    assert mail.recipients == [email.to]
    assert (mail.subject, mail.text, mail.html) == (email.subject, email.text, email.html)
    assert mail.message_id == email.message_id


async def test_smtp_says_that_a_program_wrote_and_who_reads_answers(smtp: SmtpMailer, state: State) -> None:
    await smtp.send(an_email())
    headers = await headers_of_the_mail(state)
    assert headers["From"] == SENDER
    assert headers["Reply-To"] == SUPPORT
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["Content-Type"].startswith("multipart/alternative")
    assert headers["Date"].endswith("+0000")


async def test_smtp_without_a_reply_address_names_none(
    server: MailServer, ca_file: Path, state: State
) -> None:
    await by_smtp(server.port, ca_file=ca_file, reply_to=None).send(an_email())
    assert "Reply-To" not in await headers_of_the_mail(state)


async def test_smtp_repeats_a_mail_as_the_same_message(smtp: SmtpMailer, state: State) -> None:
    email = an_email()
    await smtp.send(email)
    await smtp.send(email)
    assert {mail.message_id for mail in await kept(state)} == {email.message_id}


@pytest.mark.parametrize(
    ("address", "on_the_wire"),
    [("admin@straße.de", "admin@xn--strae-oqa.de"), ("jürgen@customer.com", "jürgen@customer.com")],
)
async def test_smtp_writes_to_addresses_beyond_ascii(
    smtp: SmtpMailer, state: State, address: str, on_the_wire: str
) -> None:
    await smtp.send(an_email(address))
    assert (await the_mail(state)).recipients == [on_the_wire]


async def test_smtp_checks_its_login(smtp: SmtpMailer, server: MailServer, ca_file: Path) -> None:
    await smtp.check_login()
    with pytest.raises(Permanent, match="MAIL_URL") as caught:
        await by_smtp(server.port, ca_file=ca_file, password=Secret("wrong")).check_login()
    assert caught.value.code == "bad_credentials"


@pytest.mark.parametrize(
    ("kind", "error", "code"),
    [
        ("auth", Permanent, "bad_credentials"),
        ("4xx", Transient, "transient"),
        ("5xx", Permanent, "mail_refused"),
        ("dropped-after-commit", Unclear, "unclear"),
    ],
)
async def test_smtp_judges_what_goes_wrong(
    smtp: SmtpMailer, faults: Faults, kind: str, error: type[TenantbotError], code: str
) -> None:
    await faults.add("mail", "*", kind, None, 0)
    fault = await failure(smtp)
    assert type(fault) is error
    assert fault.code == code


async def test_smtp_tells_nobody_its_password_under_a_foreign_certificate(server: MailServer) -> None:
    fault = await failure(by_smtp(server.port))
    assert type(fault) is Permanent
    assert fault.code == "bad_certificate"


# --- SMTP, servers with ways of their own ---------------------------------------------------------


@pytest.fixture(scope="module")
def tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(HOST).configure_cert(context)
    return context


@pytest.mark.parametrize(
    ("command", "reply", "error", "code"),
    [
        ("CONNECT", "421 busy", Transient, "transient"),
        ("CONNECT", HANGS_UP, Transient, "transient"),
        ("EHLO", "250 mail.test", Permanent, "failed"),
        ("AUTH", "454 4.7.0 try later", Transient, "transient"),
        ("AUTH", "535 5.7.8 no", Permanent, "bad_credentials"),
        ("AUTH", HANGS_UP, Transient, "transient"),
        ("MAIL", "451 4.3.0 busy", Transient, "transient"),
        ("MAIL", "550 5.7.1 not you", Permanent, "failed"),
        ("MAIL", HANGS_UP, Transient, "transient"),
        ("RCPT", "450 4.2.1 busy", Transient, "transient"),
        ("RCPT", "550 5.1.1 no such user", Permanent, "address_refused"),
        ("RCPT", HANGS_UP, Transient, "transient"),
        ("DATA", "451 4.3.0 busy", Transient, "transient"),
        ("DATA", HANGS_UP, Unclear, "unclear"),
        (".", "451 4.3.0 busy", Transient, "transient"),
        (".", "552 5.3.4 too big", Permanent, "mail_refused"),
        (".", HANGS_UP, Unclear, "unclear"),
    ],
)
async def test_smtp_judges_a_reply_by_what_may_have_happened(
    tls: ssl.SSLContext, ca_file: Path, command: str, reply: str, error: type[TenantbotError], code: str
) -> None:
    async with ScriptedSmtp(tls, {command: reply}).running() as server:
        fault = await failure(by_smtp(server.port, ca_file=ca_file, tls="implicit"))
    assert type(fault) is error
    assert fault.code == code


@pytest.mark.parametrize("farewell", ["500 what", HANGS_UP])
async def test_smtp_does_not_mind_a_rude_farewell(tls: ssl.SSLContext, ca_file: Path, farewell: str) -> None:
    async with ScriptedSmtp(tls, {"QUIT": farewell}).running() as server:
        await by_smtp(server.port, ca_file=ca_file, tls="implicit").send(an_email())
    assert server.heard == ["EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"]


async def test_smtp_names_the_setting_when_the_sender_is_refused(tls: ssl.SSLContext, ca_file: Path) -> None:
    async with ScriptedSmtp(tls, {"MAIL": "550 5.7.1 not you"}).running() as server:
        fault = await failure(by_smtp(server.port, ca_file=ca_file, tls="implicit"))
    assert "MAIL_FROM" in fault.message


async def test_smtp_refuses_an_address_that_the_server_can_not_spell(
    tls: ssl.SSLContext, ca_file: Path
) -> None:
    async with ScriptedSmtp(tls).running() as server:
        mailer = by_smtp(server.port, ca_file=ca_file, tls="implicit")
        fault = await failure(mailer, an_email("jürgen@customer.com"))
    assert type(fault) is Permanent
    assert fault.code == "address_refused"


async def test_smtp_says_nothing_to_a_server_that_does_not_encrypt() -> None:
    async with ScriptedSmtp(None).running() as server:
        fault = await failure(by_smtp(server.port))
    assert type(fault) is Permanent
    assert "MAIL_URL" in fault.message
    assert server.heard == ["EHLO"]


async def test_smtp_nobody_listening_is_transient() -> None:
    async with ScriptedSmtp(None).running() as server:
        closed = server.port
    assert type(await failure(by_smtp(closed))) is Transient


# --- Resend, the sandbox's ------------------------------------------------------------------------


@pytest.fixture
async def api(state: State, faults: Faults) -> AsyncIterator[str]:
    running = await serve(resend.create_app(state, faults, key=KEY, domain="taskifai.test"))
    yield running.url
    await running.stop()


def a_client(url: str, key: str = KEY) -> httpx.AsyncClient:
    return new_client(base_url=url, headers={"authorization": f"Bearer {key}"}, timeout=5)


@pytest.fixture
async def by_api(api: str) -> AsyncIterator[ResendMailer]:
    async with a_client(api) as client:
        yield ResendMailer(client, sender=SENDER, reply_to=SUPPORT)


async def test_resend_sends_text_and_html_as_they_are(by_api: ResendMailer, state: State) -> None:
    email = an_email()
    await by_api.send(email)
    mail = await the_mail(state)
    assert mail.recipients == [email.to]
    assert (mail.subject, mail.text, mail.html) == (email.subject, email.text, email.html)
    assert mail.message_id == email.message_id


async def test_resend_sends_the_same_message_once(by_api: ResendMailer, state: State) -> None:
    email = an_email()
    await by_api.send(email)
    await by_api.send(email)
    assert len(await kept(state)) == 1


async def test_resend_may_be_asked_again_when_its_answer_was_lost(
    by_api: ResendMailer, faults: Faults, state: State
) -> None:
    email = an_email()
    await faults.add("mail", email.to, "dropped-after-commit", 1, 0)
    assert type(await failure(by_api, email)) is Transient
    await by_api.send(email)
    assert len(await kept(state)) == 1


@pytest.mark.parametrize(
    ("kind", "error", "code"),
    [
        ("4xx", Transient, "rate_limited"),
        ("5xx", Transient, "transient"),
        ("auth", Permanent, "bad_credentials"),
    ],
)
async def test_resend_judges_what_goes_wrong(
    by_api: ResendMailer, faults: Faults, kind: str, error: type[TenantbotError], code: str
) -> None:
    await faults.add("mail", "*", kind, None, 0)
    fault = await failure(by_api)
    assert type(fault) is error
    assert fault.code == code


async def test_resend_names_the_setting_of_an_unverified_sender(api: str) -> None:
    async with a_client(api) as client:
        fault = await failure(ResendMailer(client, sender="a@elsewhere.test", reply_to=None))
    assert type(fault) is Permanent
    assert fault.code == "sender_refused"
    assert "MAIL_FROM" in fault.message


async def test_resend_names_the_setting_of_a_wrong_key(api: str) -> None:
    async with a_client(api, key="re_fake_wrong") as client:
        fault = await failure(ResendMailer(client, sender=SENDER, reply_to=None))
    assert type(fault) is Permanent
    assert "MAIL_URL" in fault.message


# --- Resend, as it answers elsewhere --------------------------------------------------------------


def resend_error(status: int, name: str) -> Any:
    return json_answer({"statusCode": status, "name": name, "message": f"It said {name}."}, status)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (json_answer({"data": []}), None),
        (resend_error(401, "restricted_api_key"), None),
        (resend_error(401, "missing_api_key"), "bad_credentials"),
        (resend_error(403, "invalid_api_key"), "bad_credentials"),
    ],
    ids=["all may be done", "only sending", "no key", "wrong key"],
)
async def test_resend_checks_its_key_without_sending(answer: Any, code: str | None) -> None:
    service = ScriptedService()
    service.on("GET", "/domains", answer)
    running = await serve(service)
    async with a_client(running.url) as client:
        mailer = ResendMailer(client, sender=SENDER, reply_to=None)
        if code is None:
            await mailer.check_login()
        else:
            with pytest.raises(Permanent) as caught:
                await mailer.check_login()
            assert caught.value.code == code
    await running.stop()
    assert [asked.path for asked in service.asked] == ["/domains"]


@pytest.mark.parametrize(
    ("name", "error"),
    [("concurrent_idempotent_requests", Transient), ("invalid_idempotent_request", Permanent)],
)
async def test_resend_tells_a_mail_under_way_from_one_that_differs(
    name: str, error: type[TenantbotError]
) -> None:
    service = ScriptedService()
    service.on("POST", "/emails", resend_error(409, name))
    running = await serve(service)
    async with a_client(running.url) as client:
        assert type(await failure(ResendMailer(client, sender=SENDER, reply_to=None))) is error
    await running.stop()
