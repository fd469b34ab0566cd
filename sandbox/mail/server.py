"""The SMTP server: takes mail from those who have encrypted the connection and logged in, and keeps it."""

import asyncio
import secrets
import ssl
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from sandbox.faults import Faults
from sandbox.mail.handler import Handler, hang_up
from sandbox.ports import HOST
from sandbox.state import State


class MailServer:
    """STARTTLS, then a login, then mail; anything else is refused."""

    port: int

    def __init__(
        self, state: State, faults: Faults, *, user: str, password: str, certificate: Path, key: Path
    ) -> None:
        self._state = state
        self._faults = faults
        self._login = LoginPassword(user.encode(), password.encode())
        self._certificate = certificate
        self._key = key
        self._connections: set[_Connection] = set()
        self._server: asyncio.Server | None = None

    async def start(self, port: int = 0) -> None:
        tls = await asyncio.to_thread(self._load_certificate)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: self._connection(tls), HOST, port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is None:
            return
        self._server.close()
        for connection in list(self._connections):
            hang_up(connection)
        await self._server.wait_closed()
        self._server = None

    def _load_certificate(self) -> ssl.SSLContext:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(self._certificate, self._key)
        return tls

    def _connection(self, tls: ssl.SSLContext) -> "_Connection":
        return _Connection(
            Handler(self._state, self._faults),
            open_connections=self._connections,
            hostname="mail.sandbox",
            ident="ESMTP",
            enable_SMTPUTF8=True,
            tls_context=tls,
            require_starttls=True,
            auth_required=True,
            authenticator=self._authenticate,
            loop=asyncio.get_running_loop(),
        )

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: LoginPassword
    ) -> AuthResult:
        known = [secrets.compare_digest(*pair) for pair in zip(given, self._login, strict=True)]
        return AuthResult(success=all(known), handled=False, auth_data=given)


class _Session(Session):
    login_data: Any = None  # the library's own setter logs a deprecation at every login


class _Connection(SMTP):
    def __init__(self, handler: Handler, *, open_connections: set["_Connection"], **options: Any) -> None:
        super().__init__(handler, **options)
        self._open = open_connections

    def _create_session(self) -> Session:
        return _Session(self.loop)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._open.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._open.discard(self)
        super().connection_lost(error)
