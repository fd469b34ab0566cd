"""What an SMTP connection does with a login, a recipient, a message; faults come first."""

import asyncio
from contextlib import suppress
from typing import Any

from aiosmtpd.smtp import MISSING, SMTP, Envelope, Session

from sandbox.faults import KINDS, Fault, Faults
from sandbox.mail.message import keep
from sandbox.state import State

_LOGIN_FAULTS = frozenset({"auth"})
_REFUSED_LOGIN = "535 5.7.8 Authentication credentials invalid"
_BUSY = "450 4.2.1 Mailbox busy, try again later"
_REJECTED = "554 5.7.1 Message rejected"


class Handler:
    """Serves one connection; the library finds the hooks by their names."""

    def __init__(self, state: State, faults: Faults) -> None:
        self._state = state
        self._faults = faults
        self._later: Fault | None = None  # a recipient's fault that shows once the message is there

    async def handle_AUTH(  # noqa: N802 - the library's name
        self, _server: SMTP, _session: Session, _envelope: Envelope, _arguments: list[str]
    ) -> Any:
        fault = await self._faults.take("mail", "AUTH", without=KINDS["mail"] - _LOGIN_FAULTS)
        return _REFUSED_LOGIN if fault else MISSING

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        fault = await self._faults.take("mail", address, without=_LOGIN_FAULTS)
        if fault is not None and fault.kind == "4xx":
            return _BUSY
        before = self._later if envelope.rcpt_tos else None
        self._later = before or fault
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802 - the library's name
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        fault, self._later = self._later, None
        if fault is not None and fault.kind == "5xx":
            return _REJECTED
        await keep(
            self._state.pool,
            envelope.original_content or b"",
            sender=envelope.mail_from or "",
            recipients=envelope.rcpt_tos,
        )
        if fault is not None and fault.kind == "dropped-after-commit":
            hang_up(server)
            await asyncio.Event().wait()  # until the library, seeing the connection gone, cancels us
        return "250 2.0.0 OK"

    async def handle_exception(self, error: Exception) -> str:
        return f"451 4.3.0 {type(error).__name__}, try again later"


def hang_up(connection: SMTP) -> None:
    """Close without a word."""
    if isinstance(connection.transport, asyncio.Transport):
        # A closed TLS transport has forgotten its protocol, and Python 3.11.2 fails on aborting it.
        with suppress(AttributeError):
            connection.transport.abort()
