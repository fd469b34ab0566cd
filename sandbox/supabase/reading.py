"""Takes in what a request carries: a JSON body, and query parameters with their types."""

import json
from typing import Any

from starlette.requests import Request

from sandbox.supabase.refusals import Refusal
from sandbox.supabase.validators import invalid


async def read_json(request: Request) -> Any:
    """Return the body. One that does not call itself JSON counts as empty, as a JSON parser passes it by."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return {}
    try:
        return json.loads(await request.body())
    except ValueError as error:
        raise Refusal(400, f"Body is not valid JSON: {error}") from error


def read_flag(request: Request, name: str, *, default: bool | None = None) -> bool:
    value = request.query_params.get(name)
    if value is None and default is not None:
        return default
    if value not in ("true", "false"):
        raise invalid(name, "Invalid input: expected boolean")
    return value == "true"


def read_number(request: Request, name: str, *, least: int, most: int | None = None, default: int) -> int:
    value = request.query_params.get(name)
    if value is None:
        return default
    if (
        not value.isascii()
        or not value.isdigit()
        or int(value) < least
        or (most is not None and int(value) > most)
    ):
        limit = f"between {least} and {most}" if most is not None else f">={least}"
        raise invalid(name, f"Invalid input: expected an integer {limit}")
    return int(value)


def read_word(request: Request, name: str, options: tuple[str, ...], *, default: str) -> str:
    value = request.query_params.get(name, default)
    if value not in options:
        raise invalid(name, "Invalid option: expected one of " + "|".join(f'"{word}"' for word in options))
    return value


def read_words(request: Request, name: str) -> list[str]:
    """Return a list given either by commas or by repeating the parameter."""
    return [word for value in request.query_params.getlist(name) for word in value.split(",") if word]
