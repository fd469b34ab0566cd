"""Answering a command or a click at the address that came with it: five times at most, for half an hour."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.kit import Message
from bot.outbox.attempt import asked_pause
from bot.outbox.errors import SlackAway, SlackError, SlackRefused, SlackUnclear
from provisioning.ports import Clock

_METHOD: Final = "response_url"
_ATTEMPT: Final = aiohttp.ClientTimeout(total=10, connect=5)
_PAUSES: Final = (0.5, 1.5)  # an answer that comes much later interests nobody
_LONGEST_PAUSE: Final = 10.0


class Answers:
    """Posts to response URLs over the client's own connections."""

    def __init__(self, client: AsyncWebClient, *, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    async def answer(
        self, response_url: str, message: Message, *, replace_original: bool = False, ephemeral: bool = True
    ) -> None:
        """Say it, and try twice more. What everybody reads is not repeated when it may have been said."""
        body = {
            "text": message.text,
            "blocks": list(message.blocks),
            "replace_original": replace_original,
            "response_type": "ephemeral" if ephemeral else "in_channel",
        }
        may_repeat = ephemeral or replace_original
        for pause in (*_PAUSES, None):
            try:
                return await self._post(response_url, body)
            except SlackUnclear as unclear:
                if not may_repeat:
                    raise
                away = SlackAway(_METHOD, unclear.code, unclear.message)
            except SlackAway as fault:
                away = fault
            if pause is None:
                raise away
            await self._clock.sleep(max(pause, min(away.retry_after or 0, _LONGEST_PAUSE)))
        return None

    async def _post(self, response_url: str, body: Mapping[str, Any]) -> None:
        assert self._client.session is not None
        try:
            async with self._client.session.post(
                response_url, json=body, timeout=_ATTEMPT, proxy=self._client.proxy
            ) as response:
                said = await response.text(errors="replace")
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as fault:
            raise SlackAway(_METHOD, "unreachable", "Slack can't be reached to answer.") from fault
        except aiohttp.InvalidURL:
            raise SlackRefused(_METHOD, "invalid_url", "Slack gave no address to answer to.") from None
        except (aiohttp.ClientError, OSError) as fault:
            raise SlackUnclear(_METHOD, "no_answer", "Whether the answer arrived is not known.") from fault
        if (error := _judge(response, said)) is not None:
            raise error


def _judge(response: aiohttp.ClientResponse, said: str) -> SlackError | None:
    status = response.status
    word = _error(said)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        pause = asked_pause(response.headers)
        return SlackAway(_METHOD, "ratelimited", "Slack asks for fewer answers.", pause)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return SlackUnclear(_METHOD, word or "server_error", f"Slack is in trouble (HTTP {status}).")
    if status >= HTTPStatus.BAD_REQUEST or word is not None:
        code = word or f"http_{status}"
        return SlackRefused(_METHOD, code, f"Slack refused the answer: {code}.", {"error": code})
    return None


def _error(said: str) -> str | None:
    """Return Slack's word for what is wrong; where all is well it says only `ok`."""
    try:
        answer = json.loads(said)
    except ValueError:
        return None
    return str(answer["error"]) if isinstance(answer, dict) and "error" in answer else None
