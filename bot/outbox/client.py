"""The library's client for Slack's Web API, with one pool of connections and none of its own retries."""

import ipaddress
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from provisioning.domain.secret import Secret

_CONNECTING: Final = 5.0
_IN_ALL: Final = 30


@asynccontextmanager
async def open_slack(token: Secret, *, api_url: str, seconds: int = _IN_ALL) -> AsyncIterator[AsyncWebClient]:
    """Make a client and close its connections afterwards. A call is given up after so many seconds."""
    timeout = aiohttp.ClientTimeout(total=seconds, connect=_CONNECTING)
    async with aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield new_slack_client(token, api_url=api_url, session=session, seconds=seconds)


def new_slack_client(
    token: Secret, *, api_url: str, session: aiohttp.ClientSession, seconds: int = _IN_ALL
) -> AsyncWebClient:
    # Below warnings the library prints what it sends: texts and, in a modal, what people have typed.
    logger = logging.getLogger("slack_sdk")
    logger.setLevel(logging.WARNING)
    client = AsyncWebClient(
        token=token.reveal(),
        base_url=api_url.rstrip("/") + "/",
        timeout=seconds,
        session=session,
        logger=logger,
        retry_handlers=[],
    )
    if _is_loopback(urlsplit(api_url).hostname or ""):
        client.proxy = None  # the library takes one from the environment for every address
    return client


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
