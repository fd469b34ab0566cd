"""Delivery to a request URL: signed as Slack signs, answered within the time Slack waits."""

import hashlib
import hmac
import json
import time
from typing import Any

import httpx

_FORM = "application/x-www-form-urlencoded"


class BadAnswerError(Exception):
    """The app answered, but not as Slack needs it."""


async def post_signed(
    url: str, body: str, *, kind: str, secret: str, seconds: float, retry: dict[str, str]
) -> dict[str, Any] | None:
    """Post one request and return what its answer says; TimeoutError where none comes in time."""
    stamp = str(int(time.time()))
    headers = {
        "content-type": _FORM if kind != "events_api" else "application/json",
        "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": sign(secret, stamp, body),
        **retry,
    }
    async with httpx.AsyncClient(trust_env=False, timeout=seconds) as client:
        try:
            answer = await client.post(url, content=body, headers=headers)
        except httpx.TimeoutException as error:
            raise TimeoutError from error
        except httpx.TransportError as error:
            raise BadAnswerError("connection_failed") from error
    if not answer.is_success:
        raise BadAnswerError("http_error")
    return _read(answer)


def sign(secret: str, stamp: str, body: str) -> str:
    digest = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return f"v0={digest}"


def _read(answer: httpx.Response) -> dict[str, Any] | None:
    if not answer.content.strip():
        return None
    if not answer.headers.get("content-type", "").startswith("application/json"):
        return {"text": answer.text}
    try:
        said = json.loads(answer.content)
    except ValueError as error:
        raise BadAnswerError("http_error") from error
    return said if isinstance(said, dict) else None
