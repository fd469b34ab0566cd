"""One attempt of one call, and what its end means."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.outbox.errors import SlackRefused
from bot.outbox.ports import Answer

LONGEST_ATTEMPT: Final = 10.0
_DEFAULT_PAUSE: Final = 1.0
_LONGEST_QUOTE: Final = 300

# Slack takes the arguments of these from the address; of all others from a JSON body.
_READING: Final = frozenset(
    {
        "chat.getPermalink",
        "conversations.history",
        "conversations.info",
        "conversations.replies",
        "files.getUploadURLExternal",
        "usergroups.list",
        "usergroups.users.list",
        "users.info",
    }
)
_LIMITS: Final = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
_NOT_NOW: Final = frozenset(
    {"request_timeout", "team_added_to_org"}
)  # not begun: the body, or the team, was not there
_IN_TROUBLE: Final = frozenset({"internal_error", "fatal_error", "service_unavailable"})


@dataclass(frozen=True)
class Trouble:
    """Not this time. `pause` is how long Slack wants to be left alone, when it has said so."""

    code: str
    said: str
    may_have_worked: bool = False
    is_limit: bool = False
    pause: float | None = None


_UNREADABLE: Final = Trouble(
    "unreadable", "Slack's answer can't be read, check SLACK_API_URL", may_have_worked=True
)


async def attempt(
    client: AsyncWebClient, method: str, arguments: Mapping[str, Any], *, seconds: float
) -> Answer | Trouble:
    """Call once and wait so long for the answer. Raises SlackRefused when asking again is of no use."""
    try:
        async with asyncio.timeout(min(seconds, LONGEST_ATTEMPT)):
            response = await client.api_call(method, **_request(method, arguments))
    except SlackApiError as error:
        return _judge(method, error.response)
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as fault:
        return Trouble("unreachable", f"Slack can't be reached ({type(fault).__name__})")
    except (aiohttp.ClientError, OSError) as fault:  # an OSError is also what a timeout is
        return Trouble("no_answer", f"Slack gave no answer ({type(fault).__name__})", may_have_worked=True)
    except AttributeError:  # the library's, over an answer in plain text
        return _UNREADABLE
    answer = response.data
    return answer if isinstance(answer, Mapping) else _UNREADABLE


def _request(method: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in arguments.items() if value is not None}
    return {"http_verb": "GET", "params": given} if method in _READING else {"json": given}


def _judge(method: str, response: Any) -> Trouble:
    """Say what an answer other than ok means; the library hands over its own response or aiohttp's."""
    status: int = getattr(response, "status_code", 0) or getattr(response, "status", 0)
    headers = getattr(response, "headers", {})
    data = getattr(response, "data", None)
    answer: Answer = data if isinstance(data, Mapping) else {}
    code = str(answer.get("error", ""))
    pause = asked_pause(headers)
    if status == HTTPStatus.TOO_MANY_REQUESTS or code in _LIMITS:
        said = "Slack asks for fewer calls"
        return Trouble(code or "ratelimited", said, is_limit=True, pause=pause or _DEFAULT_PAUSE)
    if code in _NOT_NOW:
        return Trouble(code, f"Slack asks to try again ({code})", pause=pause)
    if code in _IN_TROUBLE or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        word = code or f"HTTP {status}"
        return Trouble(
            code or "server_error", f"Slack is in trouble ({word})", may_have_worked=True, pause=pause
        )
    if code:
        raise SlackRefused(method, code, f"Slack refused {method}: {_reason(code, answer)}.", answer)
    if status >= HTTPStatus.BAD_REQUEST:
        message = f"Nobody answers to {method} there (HTTP {status}); check SLACK_API_URL."
        raise SlackRefused(method, f"http_{status}", message)
    return _UNREADABLE


def asked_pause(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of a Retry-After, if there is one that says anything."""
    try:
        seconds = float(headers.get("Retry-After", ""))
    except ValueError:
        return None
    return seconds if 0 < seconds < float("inf") else None


def _reason(code: str, answer: Answer) -> str:
    if needed := answer.get("needed"):
        return f"{code} (it needs {needed})"
    metadata = answer.get("response_metadata")
    messages = metadata.get("messages") if isinstance(metadata, Mapping) else None
    if isinstance(messages, list) and messages:
        return f"{code} ({'; '.join(map(str, messages))[:_LONGEST_QUOTE]})"
    return code
