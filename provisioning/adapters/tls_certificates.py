"""The certificate that a server shows: asked for as a browser does, and looked at even where a browser would refuse it."""

import asyncio
import contextlib
import ipaddress
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.x509.oid import NameOID

from provisioning.errors import Transient
from provisioning.ports import Dns
from provisioning.probes import Certificate

HTTPS: Final = 443


class TlsCertificates:
    """Implements the port Certificates. Without `dns` the system resolves names; without `ca_file` it says whom to trust."""

    def __init__(self, *, dns: Dns | None = None, ca_file: Path | None = None) -> None:
        self._dns = dns
        self._strict = ssl.create_default_context(cafile=ca_file)
        self._lenient = ssl.create_default_context()
        self._lenient.check_hostname = False
        self._lenient.verify_mode = ssl.CERT_NONE

    async def shown_at(self, url: str) -> Certificate:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or HTTPS
        problem = None
        try:
            async with self._handshake(host, port, self._strict) as shown:
                return _read(shown, problem)
        except ssl.SSLCertVerificationError as fault:
            problem = fault.verify_message
        async with self._handshake(host, port, self._lenient) as shown:
            return _read(shown, problem)

    @asynccontextmanager
    async def _handshake(self, host: str, port: int, context: ssl.SSLContext) -> AsyncIterator[bytes]:
        try:
            _, writer = await asyncio.open_connection(
                await self._address(host), port, ssl=context, server_hostname=host
            )
        except ssl.SSLCertVerificationError:
            raise
        except OSError as fault:
            raise Transient(f"No TLS at {host}:{port}: {fault}", code="unreachable") from fault
        try:
            shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
            yield shown
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _address(self, host: str) -> str:
        if self._dns is None or _is_address(host):
            return host
        answer = await self._dns.lookup(host)
        if not answer.addresses:
            raise Transient(f"{host} has no address.", code="unreachable")
        return min(answer.addresses, key=lambda address: (":" in address, address))  # IPv4 first


def _read(der: bytes, problem: str | None) -> Certificate:
    certificate = x509.load_der_x509_certificate(der)
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        dns_names = tuple(names.get_values_for_type(x509.DNSName))
    except x509.ExtensionNotFound:
        dns_names = ()
    return Certificate(
        names=dns_names,
        issuer=_organization(certificate.issuer),
        expires_at=certificate.not_valid_after_utc,
        problem=problem,
    )


def _organization(name: x509.Name) -> str:
    for kind in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME):
        if found := name.get_attributes_for_oid(kind):
            return str(found[0].value)
    return name.rfc4514_string()


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
