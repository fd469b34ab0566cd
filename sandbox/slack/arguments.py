"""What a call was sent: the same arguments from a query string, a form or a JSON body."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from sandbox.slack.refusals import Refusal, invalid_arguments
from sandbox.slack.sql import storable

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_MOST = 1000


class Arguments:
    """The arguments of one call; each is asked for by the kind that the method expects."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = {name: storable(value) for name, value in values.items() if value is not None}

    def text(self, name: str, default: str = "") -> str:
        value = self._values.get(name, default)
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            raise invalid_arguments(f"must provide a string [json-pointer:/{name}]")
        return str(value)

    def required(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise invalid_arguments(f"missing required field: {name}")
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self._values.get(name, default)
        if isinstance(value, bool):
            return value
        return str(value).lower() in ("1", "true")

    def limit(self, default: int) -> int:
        try:
            limit = int(self._values.get("limit", default))
        except (TypeError, ValueError):
            raise Refusal("invalid_limit") from None
        if not 0 <= limit <= _MOST:
            raise Refusal("invalid_limit")
        return limit or default

    def json(self, name: str, *, malformed: str) -> Any:
        """Return a structure, which forms and some JSON bodies carry as a string; None where it is absent."""
        value = self._values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return storable(json.loads(value))
        except ValueError:
            raise Refusal(malformed) from None


async def read_arguments(request: Request) -> Arguments:
    values: dict[str, Any] = dict(request.query_params)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in _FORMS:
        async with request.form() as form:
            values |= {name: value for name, value in form.items() if isinstance(value, str)}
    elif kind == "application/json" and (body := await request.body()):
        values |= _json_object(body)
    return Arguments(values)


async def read_object(request: Request) -> dict[str, Any]:
    """Read a body that only a script of the page, or the app, has sent: another site cannot set its content type."""
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise Refusal("json_expected")
    body: dict[str, Any] = storable(_json_object(await request.body() or b"{}"))
    return body


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        values = json.loads(body)
    except ValueError:
        raise Refusal("invalid_json") from None
    if not isinstance(values, dict):
        raise Refusal("json_not_object")
    return values
