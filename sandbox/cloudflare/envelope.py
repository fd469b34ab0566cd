"""The envelope around every answer of Cloudflare's API, and the refusals that go into it."""

from typing import Any

from starlette.responses import JSONResponse


class RefusalError(Exception):
    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def invalid(message: str, code: int = 1004) -> RefusalError:
    """Refuse a request that makes no sense; 1004 is Cloudflare's general word for that."""
    return RefusalError(400, code, message)


def succeeded(result: Any, *, messages: list[Any] | None = None, **more: Any) -> JSONResponse:
    return JSONResponse({"success": True, "errors": [], "messages": messages or [], "result": result, **more})


def refused(error: RefusalError) -> JSONResponse:
    errors = [{"code": error.code, "message": error.message}]
    return JSONResponse(
        {"success": False, "errors": errors, "messages": [], "result": None}, status_code=error.status
    )
