"""Takes one payload to the app, by socket or by signed HTTP, and keeps account of the answer."""

import asyncio
import json
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from starlette.websockets import WebSocketDisconnect

from sandbox.slack.delivery.signed_http import BadAnswerError, post_signed
from sandbox.slack.desk import Desk

ACK_SECONDS = 3.0
TIMEOUT = "operation_timeout"
FAILED = "dispatch_failed"
_RETRIES = (0.0, 60.0, 300.0)  # an event that found no answer comes again, three times


@dataclass(frozen=True)
class Answer:
    """What the app said within three seconds, or the word for its silence."""

    payload: dict[str, Any] | None = None
    failure: str | None = None


@dataclass(frozen=True)
class _Delivery:
    kind: str
    payload: dict[str, Any]
    attempt: int = 0
    reason: str = ""
    id: str = field(default_factory=lambda: str(uuid.uuid4()))


async def ask_app(desk: Desk, kind: str, payload: dict[str, Any]) -> Answer:
    """Deliver a command or an interaction, once: what is lost stays lost."""
    return await _deliver(desk, _Delivery(kind, payload))


async def tell_app(desk: Desk, payload: dict[str, Any]) -> None:
    """Deliver an event in the background, again when nobody acknowledges it."""
    desk.later(_tell(desk, payload))


async def _tell(desk: Desk, payload: dict[str, Any]) -> None:
    answer = await _deliver(desk, _Delivery("events_api", payload))
    for attempt, pause in enumerate(_RETRIES, start=1):
        if answer.failure is None:
            return
        await asyncio.sleep(pause)
        reason = "http_timeout" if answer.failure == TIMEOUT else "http_error"
        answer = await _deliver(desk, _Delivery("events_api", payload, attempt, reason))


async def _deliver(desk: Desk, delivery: _Delivery) -> Answer:
    url = (await desk.workspace()).request_url
    await desk.state.pool.execute(
        "insert into slack_deliveries (id, kind, way, attempt) values ($1, $2, $3, $4)",
        delivery.id,
        delivery.kind,
        "socket" if url is None else "http",
        delivery.attempt,
    )
    sending = _by_socket(desk, delivery) if url is None else _by_http(desk, delivery, url)
    try:
        answer = Answer(await sending)
    except TimeoutError:
        answer = Answer(failure=TIMEOUT)
    except (BadAnswerError, WebSocketDisconnect, RuntimeError):  # RuntimeError: the socket closed as we wrote
        answer = Answer(failure=FAILED)
    await desk.state.pool.execute(
        "update slack_deliveries set failure = $2, acked_at = case when $2::text is null"
        " then clock_timestamp() end where id = $1",
        delivery.id,
        answer.failure,
    )
    return answer


async def _by_socket(desk: Desk, delivery: _Delivery) -> dict[str, Any] | None:
    connection = desk.sockets.choose()
    if connection is None:
        raise BadAnswerError("no_connection")
    is_event = delivery.kind == "events_api"
    envelope: dict[str, Any] = {
        "envelope_id": delivery.id,
        "type": delivery.kind,
        "payload": delivery.payload,
        "accepts_response_payload": not is_event,
    }
    if is_event:
        envelope |= {"retry_attempt": delivery.attempt, "retry_reason": delivery.reason}
    return await connection.send(envelope, ACK_SECONDS)


async def _by_http(desk: Desk, delivery: _Delivery, url: str) -> dict[str, Any] | None:
    retry = {"x-slack-retry-num": str(delivery.attempt), "x-slack-retry-reason": delivery.reason}
    return await post_signed(
        url,
        _http_body(delivery.kind, delivery.payload),
        kind=delivery.kind,
        secret=desk.signing_secret,
        seconds=ACK_SECONDS,
        retry=retry if delivery.attempt else {},
    )


def _http_body(kind: str, payload: dict[str, Any]) -> str:
    match kind:
        case "slash_commands":
            return urlencode(payload)
        case "interactive":
            return urlencode({"payload": json.dumps(payload)})
        case _:
            return json.dumps(payload)
