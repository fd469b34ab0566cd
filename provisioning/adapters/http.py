"""Where httpx becomes our errors, the same for every HTTP service.

`send` returns every answer and turns a missing one into Transient (nothing was sent, or asking again is
harmless), Unclear (a change was sent and its answer was lost) or Permanent. `call` raises also on answers
that say "not now". What any other status means is the adapter's to judge.
"""

import ipaddress
import logging
import ssl
import sys
from collections.abc import Collection, Iterator, Mapping
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from importlib.util import find_spec
from typing import Any, Final

import httpx
from prometheus_client import Counter

from provisioning.adapters.http_answer import asked_pause, said
from provisioning.domain.secret import Secret
from provisioning.errors import Permanent, Transient, Unclear
from provisioning.tracing import span

NETWORK: Final = "the address and the network"

if find_spec("sniffio") is None:
    # httpcore looks for it at every lock that it takes, and a search in vain is a tenth of a whole request.
    sys.modules["sniffio"] = None  # type: ignore[assignment]  # how Python notes that there is no such module

_CALLS: Final = Counter(
    "tenantbot_outside_calls",
    "Calls of services over HTTP, by the status of the answer.",
    ["service", "result"],
)
LIMITS: Final = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=3)
"""An idle connection is left after 3 s. Many servers close theirs after 5, and a question sent at just that moment
is lost: asked only once, it then looks as if nobody were there."""
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def new_client(
    *,
    base_url: str,
    headers: Mapping[str, str] | None = None,
    timeout: float = 30,
    transport: httpx.AsyncBaseTransport | None = None,
    verify: ssl.SSLContext | bool = True,
) -> httpx.AsyncClient:
    """Make a client that keeps no cookies, logs no request, and takes no proxy to this machine itself."""
    for library in ("httpx", "httpcore"):  # below warnings they print headers, and tokens with them
        logging.getLogger(library).setLevel(logging.WARNING)
    client = httpx.AsyncClient(
        base_url=base_url,
        headers={"user-agent": "tenantbot", **(headers or {})},
        timeout=timeout,
        limits=LIMITS,
        transport=transport,
        verify=verify,
        trust_env=not _is_loopback(httpx.URL(base_url).host),
    )
    client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return client


async def call(
    client: httpx.AsyncClient,
    method: str,
    path: str,
    *,
    service: str,
    check: str = NETWORK,
    may_repeat: bool = False,
    keep: Collection[int] = (),
    hide: Collection[Secret] = (),
    **kwargs: Any,
) -> httpx.Response:
    """Send, and raise when the service is busy or in trouble; statuses in `keep` are returned all the same.

    `hide` names what was sent and must not be quoted, should the service repeat it.
    """
    response = await send(client, method, path, service=service, check=check, may_repeat=may_repeat, **kwargs)
    status = response.status_code
    if status in keep:
        return response
    place = _place(service, response.request)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise Transient(
            f"{place} asks for fewer calls (HTTP 429).",
            retry_after=asked_pause(response),
            code="rate_limited",
        )
    if status == HTTPStatus.REQUEST_TIMEOUT or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        words = said(response, hide=hide)
        message = f"{place} is in trouble (HTTP {status}{': ' if words else ''}{words}); check {check}."
        repeatable = may_repeat or _is_reading(method)
        raise _lost(message, may_repeat=repeatable, retry_after=asked_pause(response))
    return response


async def send(
    client: httpx.AsyncClient,
    method: str,
    path: str,
    *,
    service: str,
    check: str = NETWORK,
    may_repeat: bool = False,
    follow_redirects: bool = False,
    **kwargs: Any,
) -> httpx.Response:
    """Send once and return any answer.

    `may_repeat` says that asking again is harmless, as reading is: a lost answer is then only Transient.
    """
    repeatable = may_repeat or _is_reading(method)
    request = client.build_request(method, path, **kwargs)
    place = _place(service, request)
    try:
        return await _observed(client, request, service, follow_redirects=follow_redirects)
    except (httpx.ConnectError, httpx.ConnectTimeout) as fault:
        raise _unreachable(fault, _place(service, fault.request), check) from fault
    except httpx.PoolTimeout as fault:
        raise Transient(
            f"{place} was not asked: too many calls are under way.", code="unreachable"
        ) from fault
    except (httpx.UnsupportedProtocol, httpx.LocalProtocolError):
        # The library's own message may quote a header, so it is not carried along.
        raise Permanent(
            f"{place} can't be asked: its address or its token is malformed; check {check}."
        ) from None
    except httpx.TimeoutException as fault:
        raise _lost(f"{place} did not answer in time; check {check}.", may_repeat=repeatable) from fault
    except httpx.RequestError as fault:
        message = f"{place} gave no readable answer ({type(fault).__name__}); check {check}."
        raise _lost(message, may_repeat=repeatable) from fault


async def _observed(
    client: httpx.AsyncClient, request: httpx.Request, service: str, *, follow_redirects: bool
) -> httpx.Response:
    """Trace the call and count its answer. Paths and queries name what is asked about, so neither is kept."""
    about = {"http.request.method": request.method, "server.address": request.url.host}
    with span(f"{request.method} {service}", about) as under_way:
        try:
            response = await client.send(request, follow_redirects=follow_redirects)
        except httpx.HTTPError:
            _CALLS.labels(service, "none").inc()
            raise
        under_way.note({"http.response.status_code": response.status_code})
        _CALLS.labels(service, str(response.status_code)).inc()
        return response


def _unreachable(fault: httpx.TransportError, place: str, check: str) -> Permanent | Transient:
    """Judge a connection that never stood: nothing was sent over it."""
    for cause in _causes(fault):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Permanent(
                f"{place} shows no valid certificate ({cause.verify_message}); check {check}.", code="tls"
            )
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLEOFError):
            return Permanent(f"{place} can't agree on TLS ({cause.reason}); check {check}.", code="tls")
    reason = str(fault) or "no connection in time"
    return Transient(f"{place} can't be reached ({reason}); check {check}.", code="unreachable")


def _lost(message: str, *, may_repeat: bool, retry_after: float | None = None) -> Transient:
    kind = Transient if may_repeat else Unclear
    return kind(message, retry_after=retry_after)


def _causes(fault: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = fault
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _place(service: str, request: httpx.Request) -> str:
    return f"{service} at {request.url.netloc.decode()}"


def _is_reading(method: str) -> bool:
    return method.upper() in _READING


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
