"""An HTTP transport that resolves names by a DNS of our own choice and checks certificates for real.

URL, Host, SNI and the certificate check keep the name; only the address behind it comes from the port Addresses.
"""

import ipaddress
import ssl
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import httpcore
import httpx

from provisioning.adapters.http import LIMITS
from provisioning.errors import Transient
from provisioning.ports import Addresses


class PinnedTransport(httpx.AsyncBaseTransport):
    """Keeps connections by host: a round visits a thousand, and one pool would look at all of them at every request.

    Without `dns` the system resolves names; without `ca_file` the public authorities are trusted.
    """

    def __init__(self, *, dns: Addresses | None = None, ca_file: Path | None = None) -> None:
        self._context = ssl.create_default_context(cafile=ca_file) if ca_file else httpx.create_ssl_context()
        self._dns = dns
        self._by_host: dict[str, _Pool] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host
        if host not in self._by_host:
            await self._leave_hosts()
        if (pool := self._by_host.get(host)) is None:
            pool = self._by_host[host] = _Pool(self._context, self._dns)
        return await pool.handle_async_request(request)

    async def aclose(self) -> None:
        while self._by_host:
            _, pool = self._by_host.popitem()
            await pool.aclose()

    async def _leave_hosts(self) -> None:
        """Close what was kept for hosts that nobody has asked for a while."""
        for host in [host for host, pool in self._by_host.items() if pool.is_over]:
            if (pool := self._by_host.pop(host, None)) is not None:
                await pool.aclose()


class _Pool(httpx.AsyncHTTPTransport):
    """The connections to one host."""

    def __init__(self, context: ssl.SSLContext, dns: Addresses | None) -> None:
        super().__init__(verify=context, limits=LIMITS)
        if dns is not None:
            # httpx offers no way to hand in a network backend; a test guards the attribute.
            self._pool._network_backend = _ResolvingBackend(dns)  # noqa: SLF001

    @property
    def is_over(self) -> bool:
        """Nothing is under way and nothing is worth keeping. A request's own connection is in here from its beginning."""
        return all(one.has_expired() or one.is_closed() for one in self._pool.connections)


class _ResolvingBackend(httpcore.AsyncNetworkBackend):
    """Connects to the addresses that the DNS gives for a name, in turn."""

    def __init__(self, dns: Addresses) -> None:
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
        fault: Exception | None = None
        async with aclosing(self._addresses(host)) as addresses:
            async for address in addresses:
                try:
                    return await self._inner.connect_tcp(
                        address, port, timeout, local_address, socket_options
                    )
                except (httpcore.ConnectError, httpcore.ConnectTimeout) as refusal:
                    fault = refusal
        raise fault or httpcore.ConnectError(f"the DNS has no address for {host}")

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)

    async def _addresses(self, host: str) -> AsyncGenerator[str]:
        if _is_address(host):
            yield host
            return
        try:
            async with aclosing(self._dns.addresses(host)) as addresses:
                async for address in addresses:
                    yield address
        except Transient as fault:
            raise httpcore.ConnectError(fault.message) from fault


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
