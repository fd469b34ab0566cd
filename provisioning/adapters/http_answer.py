"""What an HTTP answer says about itself: its message in few words, and the pause it asks for.

Words are quoted in errors, so they are short, never a whole page, never the request's own token,
and never what the caller names in `hide`.
"""

import html
import re
from collections.abc import Collection, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx

from provisioning.domain.secret import Secret

LONGEST_QUOTE: Final = 300

_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_NUMBER = re.compile(r"\d{1,12}(\.\d+)?")
_MESSAGE_FIELDS = ("message", "msg", "detail", "error", "errors")
_MASK = "…"
_EPOCH_FROM = 1_000_000_000  # a reset this large is a point in time, not a number of seconds


def said(response: httpx.Response, *, hide: Collection[Secret] = ()) -> str:
    """Quote the message of a JSON body, the title of a page or the start of a text, else nothing."""
    data = json_of(response)
    if data is not None:
        words = _message(data)
    elif _is_page(response):
        words = _title(response.text)
    else:
        words = response.text
    return _short(without(words, *_secrets_of(response.request), *(secret.reveal() for secret in hide)))


def json_of(response: httpx.Response) -> Any:
    """Read the body as JSON, whatever it is called; None when it is not."""
    try:
        return response.json()
    except ValueError:
        return None


def without(text: str, *secrets: str) -> str:
    """Blot out every secret in a text."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, _MASK)
    return text


def asked_pause(response: httpx.Response) -> float | None:
    """Seconds to wait before the next call, as the answer asks; measured on its own clock, not ours."""
    headers = response.headers
    return _seconds(headers.get("retry-after"), headers) or _seconds(
        headers.get("x-ratelimit-reset"), headers
    )


def _seconds(value: str | None, headers: Mapping[str, str]) -> float | None:
    if not value:
        return None
    if not _NUMBER.fullmatch(value):
        return _until(_date(value), headers)
    seconds = float(value)
    return seconds if seconds < _EPOCH_FROM else _until(seconds, headers)


def _until(moment: float | None, headers: Mapping[str, str]) -> float | None:
    now = _date(headers.get("date", ""))
    return None if moment is None or now is None else max(moment - now, 0.0)


def _date(text: str) -> float | None:
    try:
        parsed: datetime = parsedate_to_datetime(text)
    except ValueError:
        return None
    return parsed.timestamp()


def _message(data: Any) -> str:
    """Find the message in the JSON of any service; of a rejected field its name and fault, not its value."""
    match data:
        case str():
            return data
        case {"loc": [*where], "msg": str(fault)}:
            return f"{'.'.join(str(part) for part in where)}: {fault}"
        case list():
            return "; ".join(words for words in map(_message, data) if words)
        case dict():
            return next((words for name in _MESSAGE_FIELDS if (words := _message(data.get(name)))), "")
        case _:
            return ""


def _is_page(response: httpx.Response) -> bool:
    return "html" in response.headers.get("content-type", "") or response.text.lstrip().startswith("<")


def _title(page: str) -> str:
    found = _TITLE.search(page)
    return html.unescape(found[1]) if found else ""


def _secrets_of(request: httpx.Request) -> list[str]:
    values = (request.headers.get(name, "") for name in ("authorization", "apikey"))
    return [value.rpartition(" ")[2] for value in values]


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= LONGEST_QUOTE else words[:LONGEST_QUOTE].rstrip() + _MASK
