"""Asking Slack one thing, and turning whatever goes wrong into a sentence and an advice."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.doctor.advice import REINSTALL_APP
from provisioning.doctor.finding import Finding

UNREACHABLE: Final = "unreachable"

_ADVICE: Final = {
    UNREACHABLE: "Check SLACK_API_URL, and that this machine may reach it (firewall, proxy).",
    "ratelimited": "Wait a minute and look again.",
    "missing_scope": REINSTALL_APP,
}
_FALL_BACK: Final = (
    "docs.slack.dev/reference/methods explains the word; status.slack.com says whether Slack itself is ill."
)


class SlackFault(Exception):
    """Slack said no by one `word`, or gave no answer that could be read."""

    def __init__(self, word: str, sentence: str) -> None:
        super().__init__(sentence)
        self.word = word
        self.sentence = sentence

    def as_finding(self, name: str, advice: Mapping[str, str] | None = None) -> Finding:
        """Advise by the word: the check knows best, then what holds for every method."""
        return Finding(name, False, self.sentence, (_ADVICE | dict(advice or {})).get(self.word, _FALL_BACK))


@dataclass(frozen=True)
class Answer:
    data: dict[str, Any]
    headers: Mapping[str, str]
    """Names are in lower case."""


async def ask(client: AsyncWebClient, method: str, **arguments: str) -> Answer:
    """Call a method once; raise SlackFault for everything but a yes."""
    try:
        answer = await client.api_call(method, data=arguments)
    except SlackApiError as fault:
        raise _refusal(method, fault) from fault
    except CANNOT_REACH as fault:
        raise unreachable(client.base_url, fault) from fault
    except AttributeError as fault:  # the library takes every answer for JSON
        raise _not_slack(client.base_url) from fault
    if not isinstance(answer.data, dict):
        raise _not_slack(client.base_url)
    return Answer(answer.data, {name.lower(): value for name, value in answer.headers.items()})


CANNOT_REACH: Final = (aiohttp.ClientError, SlackClientError, OSError, ValueError)


def unreachable(address: str, fault: Exception) -> SlackFault:
    """Name the cause by its kind: its text may hold an address that nobody else should see."""
    return SlackFault(UNREACHABLE, f"{address} can't be reached ({type(fault).__name__})")


def _refusal(method: str, fault: SlackApiError) -> SlackFault:
    data = getattr(fault.response, "data", None)
    if not isinstance(data, dict) or "error" not in data:
        return SlackFault(UNREACHABLE, f"the answer to {method} is not one of Slack's")
    word = str(data["error"])
    needed = f" (it needs {data['needed']})" if "needed" in data else ""
    return SlackFault(word, f"Slack says {word} to {method}{needed}")


def _not_slack(address: str) -> SlackFault:
    return SlackFault(UNREACHABLE, f"what answers at {address} is not Slack's Web API")
