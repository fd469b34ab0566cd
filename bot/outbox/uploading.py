"""Putting a file's content at the address that Slack has given for it."""

from http import HTTPStatus
from typing import Final

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.outbox.errors import SlackAway, SlackRefused

_METHOD: Final = "upload"
_PATIENCE: Final = aiohttp.ClientTimeout(total=30, connect=5)


async def put_content(client: AsyncWebClient, url: str, content: bytes) -> None:
    """Raises SlackAway when it may be tried again, with a new address, and SlackRefused when Slack does not take it."""
    assert client.session is not None
    try:
        async with client.session.post(url, data=content, timeout=_PATIENCE, proxy=client.proxy) as response:
            status = response.status
    except (aiohttp.ClientError, OSError) as fault:
        raise SlackAway(
            _METHOD, "unreachable", f"Slack can't be reached to upload ({type(fault).__name__})."
        ) from fault
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
        raise SlackAway(_METHOD, f"http_{status}", f"Slack takes no file now (HTTP {status}).")
    if status >= HTTPStatus.BAD_REQUEST:
        raise SlackRefused(_METHOD, f"http_{status}", f"Slack does not take the file (HTTP {status}).")
