"""Takes one payload to the app, by socket or by signed HTTP, and keeps account of the answer."""

import asyncio
import json
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.websockets import WebSocketDisconnect

from sandbox.slack.delivery.signed_http import BadAnswerError, post_signed
from sandbox.slack.desk import Desk
from sandbox.slack.workspace import Workspace

ACK_SECONDS = 3.0
TIMEOUT = "operation_timeout"
FAILED = "dispatch_failed"
_RETRIES = (0.0, 60.0, 300.0)  # an event that found no answer comes again, three times


@dataclass(frozen=True)
class Answer:
    """What the app said within three seconds, or the word for its silence."""

    payload: dict[str, Any] | None = None
    failure: str | None = None


async def ask_app(desk: Desk, kind: str, payload: dict[str, Any]) -> Answer:
    """Deliver a command or an interaction, once: what is lost stays lost."""
    return await _deliver(desk, await desk.workspace(), kind, payload, attempt=0, reason="")


async def tell_app(desk: Desk, payload: dict[str, Any]) -> None:
    """Deliver an event in the background, again when nobody acknowledges it."""
    desk.later(_tell(desk, payload))


async def _tell(desk: Desk, payload: dict[str, Any]) -> None:
    workspace = await desk.workspace()
    answer = await _deliver(desk, workspace, "events_api", payload, attempt=0, reason="")
    for attempt, pause in enumerate(_RETRIES, start=1):
        if answer.failure is None:
            return
        await asyncio.sleep(pause)
        reason = "http_timeout" if answer.failure == TIMEOUT else "http_error"
        answer = await _deliver(desk, workspace, "events_api", payload, attempt=attempt, reason=reason)


async def _deliver(
    desk: Desk, workspace: Workspace, kind: str, payload: dict[str, Any], *, attempt: int, reason: str
) -> Answer:
    number = str(uuid.uuid4())
    by_http = workspace.request_url is not None
    await desk.state.pool.execute(
        "insert into slack_deliveries (id, kind, way, attempt) values ($1, $2, $3, $4)",
        number, kind, "http" if by_http else "socket", attempt,
    )  # fmt: skip
    deliver = _by_http if by_http else _by_socket
    try:
        answer = Answer(await deliver(desk, workspace, kind, payload, number, attempt, reason))
    except TimeoutError:
        answer = Answer(failure=TIMEOUT)
    except (BadAnswerError, WebSocketDisconnect, RuntimeError):
        answer = Answer(failure=FAILED)
    await desk.state.pool.execute(
        "update slack_deliveries set failure = $2, acked_at = case when $2::text is null"
        " then clock_timestamp() end where id = $1",
        number, answer.failure,
    )  # fmt: skip
    return answer


async def _by_socket(
    desk: Desk,
    _workspace: Workspace,
    kind: str,
    payload: dict[str, Any],
    number: str,
    attempt: int,
    reason: str,
) -> dict[str, Any] | None:
    connection = desk.sockets.choose()
    if connection is None:
        raise BadAnswerError("no_connection")
    envelope: dict[str, Any] = {"envelope_id": number, "type": kind, "payload": payload}
    envelope["accepts_response_payload"] = kind != "events_api"
    if kind == "events_api":
        envelope |= {"retry_attempt": attempt, "retry_reason": reason}
    return await connection.send(envelope, ACK_SECONDS)


async def _by_http(
    desk: Desk,
    workspace: Workspace,
    kind: str,
    payload: dict[str, Any],
    _number: str,
    attempt: int,
    reason: str,
) -> dict[str, Any] | None:
    assert workspace.request_url is not None
    retry = {"x-slack-retry-num": str(attempt), "x-slack-retry-reason": reason} if attempt else {}
    return await post_signed(
        workspace.request_url,
        _http_body(kind, payload),
        kind=kind,
        secret=desk.signing_secret,
        seconds=ACK_SECONDS,
        retry=retry,
    )


def _http_body(kind: str, payload: dict[str, Any]) -> str:
    match kind:
        case "slash_commands":
            return urlencode(payload)
        case "interactive":
            return urlencode({"payload": json.dumps(payload)})
        case _:
            return json.dumps(payload)
