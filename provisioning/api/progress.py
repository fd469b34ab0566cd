"""A run's progress as server-sent events: a line of its history as it is written, and the run whenever it changed."""

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Request, Response
from starlette.responses import StreamingResponse

from provisioning.api.addresses import RunReference
from provisioning.api.knock import At, Caller, Knock, Office
from provisioning.api.render import run_answer
from provisioning.domain.actor import Actor
from provisioning.domain.run import Run, RunId, RunState
from provisioning.errors import Transient

router: Final = APIRouter(prefix="/admin/runs", tags=["runs"], route_class=Knock)

_LOOK_SECONDS: Final = 0.5
_SIGN_OF_LIFE_SECONDS: Final = 15.0
_LONGEST_SECONDS: Final = 300.0
_MOVING: Final = frozenset({RunState.QUEUED, RunState.RUNNING})
_STREAM: Final = "text/event-stream"
_EVENT: Final = {
    "type": "object",
    "description": "Each event: `data` is JSON, a line of the history or the run.",
    "properties": {
        "id": {"type": "string", "pattern": "^[0-9]+$"},
        "event": {"type": "string", "enum": ["history", "run"]},
        "data": {"type": "string"},
    },
}


@router.get(
    "/{run}/events",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "Events `history` and `run`.",
            "content": {_STREAM: {"schema": _EVENT}},
        },
        204: {"description": "Nothing is newer than Last-Event-ID, and nothing moves: no need to ask again."},
    },
)
async def follow_run(
    run: RunReference,
    actor: Caller,
    office: At,
    request: Request,
    last_event_id: Annotated[
        int, Header(ge=0, le=2**53, description="The last event that was received; those after it are sent.")
    ] = 0,
) -> Response:
    """Follow a run until it ends or waits for somebody, five minutes at most; come again with Last-Event-ID."""
    found, _ = await office.control.views.run(actor, run)
    newest = max((one.event_id for one in await office.control.views.events(actor, found.run_id)), default=0)
    if last_event_id >= newest and found.state not in _MOVING:
        return Response(status_code=204)
    lines = _follow(office, actor, found.run_id, last_event_id, request)
    return StreamingResponse(lines, media_type=_STREAM, headers={"x-accel-buffering": "no"})


async def _follow(
    office: Office, actor: Actor, run_id: RunId, seen: int, request: Request
) -> AsyncIterator[str]:
    clock = office.clock
    began = said = clock.monotonic()
    shown: Run | None = None
    while not office.closing.is_set() and clock.monotonic() - began < _LONGEST_SECONDS:
        try:
            run, _ = await office.control.views.run(actor, run_id)
            events = await office.control.views.events(actor, run_id)
            for one in (event for event in events if event.event_id > seen):
                seen, said = one.event_id, clock.monotonic()
                line = {"at": one.at.isoformat(), "what": one.what, "step": one.step, "detail": one.detail}
                yield _event("history", line, one.event_id)
            if run != shown:
                shown, said = run, clock.monotonic()
                yield _event("run", await run_answer(office.control, actor, run))
            if run.state not in _MOVING:
                return
        except Transient:
            pass  # the database is away for a moment; the client is told once it is back
        if clock.monotonic() - said > _SIGN_OF_LIFE_SECONDS:
            said = clock.monotonic()
            yield ": still here\n\n"
        if await request.is_disconnected():
            return
        await clock.sleep(_LOOK_SECONDS)


def _event(kind: str, data: Any, event_id: int | None = None) -> str:
    number = "" if event_id is None else f"id: {event_id}\n"
    return f"{number}event: {kind}\ndata: {json.dumps(data, default=str)}\n\n"
