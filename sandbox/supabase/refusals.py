"""How the API says no: a status and a message, in JSON, everywhere the same."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response


class Refusal(Exception):
    """An answer that ends the request: 4xx with {"message"}, and what else belongs to it."""

    def __init__(
        self, status: int, message: str, *, headers: dict[str, str] | None = None, **more: object
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers
        self.body = {"message": message, **more}


async def answer_refusal(_request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refusal)
    return JSONResponse(refusal.body, refusal.status, refusal.headers)


async def answer_unknown_route(request: Request, error: Exception) -> Response:
    """Answer a path or a method that nobody serves; the router reports both by an exception of its own."""
    assert isinstance(error, HTTPException)
    target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return JSONResponse({"message": f"Cannot {request.method} {target}"}, 404)
