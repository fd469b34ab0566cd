"""Sends mail over SMTP, always encrypted and after a login.

SMTP forgets what it has accepted: once a message is on its way, a lost answer is unclear, and only its
fixed Message-ID tells a repeat from a second message.
"""

import contextlib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Literal

import aiosmtplib

from provisioning.adapters.mail_message import compose
from provisioning.domain.secret import Secret
from provisioning.errors import Permanent, TenantbotError, Transient, Unclear
from provisioning.ports import Email

TIMEOUT = 30.0

_LOST = (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError)


class SmtpMailer:
    """Implements the port Mailer. `tls` says when encryption begins; `ca_file` is trusted beside the system's."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        user: str,
        password: Secret,
        sender: str,
        reply_to: str | None,
        tls: Literal["starttls", "implicit"],
        ca_file: Path | None = None,
    ) -> None:
        self._host = host
        self._port = port
        self._user = user
        self._password = password
        self._sender = sender
        self._reply_to = reply_to
        self._implicit = tls == "implicit"
        self._tls = ssl.create_default_context()
        if ca_file is not None:
            self._tls.load_verify_locations(ca_file)

    async def check_login(self) -> None:
        async with self._session():
            pass

    async def send(self, email: Email) -> None:
        message = compose(email, sender=self._sender, reply_to=self._reply_to)
        async with self._session() as session:
            try:
                await _hand_over(session, message)
            except (aiosmtplib.SMTPException, OSError) as fault:
                raise _refusal(fault, email.to) from fault

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[aiosmtplib.SMTP]:
        session = aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            username=self._user,
            password=self._password.reveal(),
            use_tls=self._implicit,
            start_tls=not self._implicit,
            tls_context=self._tls,
            timeout=TIMEOUT,
        )
        try:
            await session.connect()
        except (aiosmtplib.SMTPException, OSError) as fault:
            raise self._no_session(fault) from fault
        try:
            yield session
            with contextlib.suppress(aiosmtplib.SMTPException):
                await session.quit()  # whatever it answers, the mail was accepted before
        finally:
            session.close()

    def _no_session(self, fault: Exception) -> TenantbotError:
        if isinstance(fault, aiosmtplib.SMTPAuthenticationError) and _is_final(fault):
            return Permanent(
                f"{self._host} refused the mail login; check user and password in MAIL_URL.",
                code="bad_credentials",
            )
        if any(isinstance(one, ssl.SSLCertVerificationError) for one in (fault, fault.__cause__)):
            return Permanent(
                f"The certificate of the mail server {self._host} is not valid; check the host in MAIL_URL.",
                code="bad_certificate",
            )
        if isinstance(fault, (aiosmtplib.SMTPResponseException, OSError)):
            return Transient(f"The mail server {self._host} can't be used now: {_words(fault)}")
        return Permanent(f"The mail server {self._host} in MAIL_URL can't be used: {_words(fault)}")


async def _hand_over(session: aiosmtplib.SMTP, message: EmailMessage) -> None:
    sender, to = (message[header].addresses[0].addr_spec for header in ("From", "To"))
    encoding, options = ("ascii", ()) if to.isascii() else ("utf-8", ("SMTPUTF8",))
    if options and not session.supports_extension("smtputf8"):
        raise aiosmtplib.SMTPNotSupported("it takes plain letters only")
    await session.mail(sender, options=options, encoding=encoding)
    await session.rcpt(to, encoding=encoding)
    try:
        await session.data(message.as_bytes())
    except _LOST as fault:
        raise Unclear(f"The mail server was lost before it confirmed the mail to {to}.") from fault


def _refusal(fault: Exception, to: str) -> TenantbotError:
    if isinstance(fault, aiosmtplib.SMTPNotSupported):
        return Permanent(f"The mail server can't write to {to}: {_words(fault)}", code="address_refused")
    if not isinstance(fault, aiosmtplib.SMTPResponseException):
        return Transient(f"The mail server was lost before the mail to {to} was sent: {_words(fault)}")
    if not _is_final(fault):
        return Transient(f"The mail server can't take the mail to {to} now: {_words(fault)}")
    if isinstance(fault, aiosmtplib.SMTPRecipientRefused):
        return Permanent(f"Address refused: {to} ({_words(fault)}).", code="address_refused")
    if isinstance(fault, aiosmtplib.SMTPSenderRefused):
        return Permanent(f"The mail server refused the sender; check MAIL_FROM ({_words(fault)}).")
    return Permanent(f"The mail server refused the mail to {to} ({_words(fault)}).", code="mail_refused")


def _is_final(fault: aiosmtplib.SMTPResponseException) -> bool:
    return fault.code >= 500  # noqa: PLR2004 - SMTP: 4xx passes, 5xx stays


def _words(fault: Exception) -> str:
    if isinstance(fault, aiosmtplib.SMTPResponseException):
        return f"{fault.code} {fault.message}"
    return str(fault) or type(fault).__name__
