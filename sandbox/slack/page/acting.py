"""What a person does, one request for each act; the body is a JSON object."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.slack.arguments import read_object
from sandbox.slack.desk import Desk
from sandbox.slack.people import clicks, commands, home, joining, modals, suggestions
from sandbox.slack.people.person import Person, get_person
from sandbox.slack.refusals import Refusal


async def speak(desk: Desk, request: Request) -> Response:
    person, body = await _read(desk, request)
    thread = _text(body, "thread_ts") or None
    return JSONResponse(await home.speak(person, request.path_params["channel"], _text(body, "text"), thread))


async def run_command(desk: Desk, request: Request) -> Response:
    person, body = await _read(desk, request)
    return JSONResponse(
        await commands.run_command(person, request.path_params["channel"], _text(body, "text"))
    )


async def join(desk: Desk, request: Request) -> Response:
    person, _ = await _read(desk, request)
    return JSONResponse(await joining.join(person, request.path_params["channel"]))


async def click_message(desk: Desk, request: Request) -> Response:
    person, body = await _read(desk, request)
    at = request.path_params
    return JSONResponse(await clicks.click_message(person, at["channel"], at["ts"], body))


async def click_view(desk: Desk, request: Request) -> Response:
    person, body = await _read(desk, request)
    return JSONResponse(await clicks.click_view(person, request.path_params["view"], body))


async def submit_view(desk: Desk, request: Request) -> Response:
    person, body = await _read(desk, request)
    return JSONResponse(await modals.submit_view(person, request.path_params["view"], body.get("values", {})))


async def close_view(desk: Desk, request: Request) -> Response:
    person, body = await _read(desk, request)
    everything = body.get("everything") is True
    return JSONResponse(await modals.close_view(person, request.path_params["view"], everything=everything))


async def suggest(desk: Desk, request: Request) -> Response:
    person, body = await _read(desk, request)
    return JSONResponse(await suggestions.suggest(person, request.path_params["view"], body))


async def open_home(desk: Desk, request: Request) -> Response:
    person, _ = await _read(desk, request)
    return JSONResponse(await home.open_home(person))


async def open_conversation(desk: Desk, request: Request) -> Response:
    person, _ = await _read(desk, request)
    return JSONResponse(await home.open_conversation(person))


async def _read(desk: Desk, request: Request) -> tuple[Person, dict[str, Any]]:
    body = await read_object(request)
    return await get_person(desk, request.path_params["person"]), body


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name, "")
    if not isinstance(value, str):
        raise Refusal("invalid_arguments")
    return value
