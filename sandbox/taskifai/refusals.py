"""How the platform says no: a status and `detail`, in JSON, everywhere the same."""

from typing import Any

import asyncpg
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response


class Refusal(Exception):
    """An answer that ends the request: 4xx or 5xx with {"detail"}."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


async def answer_refusal(_request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refusal)
    return JSONResponse({"detail": refusal.detail}, refusal.status)


async def answer_invalid(request: Request, error: Exception) -> Response:
    """Answer a body or a query that does not fit: each fault with its place, and without what was sent."""
    assert isinstance(error, ValidationError)
    place = "query" if request.method == "GET" else "body"
    faults: list[Any] = [
        {"loc": [place, *fault["loc"]], "msg": fault["msg"], "type": fault["type"]}
        for fault in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    return JSONResponse({"detail": faults}, 422)


async def answer_unknown_route(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return JSONResponse({"detail": error.detail}, error.status_code, error.headers)


async def answer_database_error(_request: Request, error: Exception) -> Response:
    """Answer for a tenant's database that lacks a table, or takes no such row."""
    assert isinstance(error, asyncpg.PostgresError)
    return JSONResponse({"detail": f"Database error: {error}"}, 500)


HANDLERS = {
    Refusal: answer_refusal,
    ValidationError: answer_invalid,
    HTTPException: answer_unknown_route,
    asyncpg.PostgresError: answer_database_error,
}
