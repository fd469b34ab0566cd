"""An HTTP transport that resolves names by a DNS of our own choice and checks certificates for real.

URL, Host, SNI and the certificate check keep the name; only the address behind it comes from the DNS port.
"""

import ipaddress
import ssl
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpcore
import httpx

from provisioning.errors import Transient
from provisioning.ports import Dns


class PinnedTransport(httpx.AsyncHTTPTransport):
    """Without `dns` the system resolves names; without `ca_file` the public authorities are trusted."""

    def __init__(self, *, dns: Dns | None = None, ca_file: Path | None = None) -> None:
        context = ssl.create_default_context(cafile=ca_file) if ca_file else httpx.create_ssl_context()
        super().__init__(verify=context)
        if dns is not None:
            # httpx offers no way to hand in a network backend; a test guards the attribute.
            self._pool._network_backend = _ResolvingBackend(dns)  # noqa: SLF001


class _ResolvingBackend(httpcore.AsyncNetworkBackend):
    """Connects to the addresses that the DNS gives for a name, in turn."""

    def __init__(self, dns: Dns) -> None:
        self._dns = dns
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        *others, last = await self._addresses(host)
        for address in others:
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._inner.connect_tcp(last, port, timeout, local_address, socket_options)

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)

    async def _addresses(self, host: str) -> list[str]:
        if _is_address(host):
            return [host]
        try:
            answer = await self._dns.lookup(host)
        except Transient as fault:
            raise httpcore.ConnectError(fault.message) from fault
        if not answer.addresses:
            raise httpcore.ConnectError(f"the DNS has no address for {host}")
        return sorted(answer.addresses, key=lambda address: (":" in address, address))  # IPv4 first


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
