"""Errors as problem documents (RFC 9457): what was wrong in a sentence, its code for scripts, and never a traceback."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Match, Route

from provisioning.domain.redaction import redact
from provisioning.errors import FieldError, InvalidRequest, Permanent, Refused, TenantbotError, Transient

_MEDIA_TYPE: Final = "application/problem+json"
_RETRY_SECONDS: Final = 5
_STATUS: Final[Mapping[str, HTTPStatus]] = {
    **dict.fromkeys(("no_token", "bad_token", "token_expired"), HTTPStatus.UNAUTHORIZED),
    **dict.fromkeys(("not_allowed", "own_request"), HTTPStatus.FORBIDDEN),
    **dict.fromkeys(
        (
            *("unknown", "unknown_tenant", "unknown_run", "unknown_approval", "unknown_backup"),
            *("no_orphan", "archive_missing", "not_found"),
        ),
        HTTPStatus.NOT_FOUND,
    ),
    "too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "media_type": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "too_slow": HTTPStatus.REQUEST_TIMEOUT,
    "key_reused": HTTPStatus.UNPROCESSABLE_ENTITY,
    "bad_key": HTTPStatus.UNPROCESSABLE_ENTITY,
    "too_many_requests": HTTPStatus.TOO_MANY_REQUESTS,
}  # fmt: skip
"""Of some errors; any other refusal is a conflict with how things are."""
_CONFIRMATIONS: Final = frozenset({"confirm", "confirm_project"})
"""What is typed again contradicts how things are, where it is wrong; it has no form of its own."""


def install_problems(app: FastAPI, routes: Sequence[BaseRoute]) -> None:
    """Answer with a problem whatever goes wrong: ours, the framework's, or a route that is not there."""

    @app.exception_handler(TenantbotError)
    async def ours(_: Request, fault: TenantbotError) -> Response:
        return problem_of(fault)

    @app.exception_handler(RequestValidationError)
    async def malformed(_: Request, fault: RequestValidationError) -> Response:
        errors = fault.errors()
        if any(error["loc"][0] == "path" for error in errors):
            return not_found()
        return problem_of(InvalidRequest([_sentence(error) for error in errors]))

    @app.exception_handler(HTTPException)
    async def framework(request: Request, fault: HTTPException) -> Response:
        if fault.status_code == HTTPStatus.NOT_FOUND:
            return not_found()
        if fault.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            allowed = ", ".join(_allowed(routes, request))
            said = f"{request.method} is not for this address; it takes {allowed}."
            return problem(HTTPStatus.METHOD_NOT_ALLOWED, "method", said, headers={"allow": allowed})
        return problem(HTTPStatus(fault.status_code), "request", str(fault.detail), headers=fault.headers)


def problem_of(fault: TenantbotError) -> Response:
    errors = [asdict(error) for error in fault.errors] if isinstance(fault, InvalidRequest) else None
    headers = {}
    if isinstance(fault, Transient):
        headers["retry-after"] = str(round(fault.retry_after or _RETRY_SECONDS) or 1)
    status = _status(fault)
    if status is HTTPStatus.UNAUTHORIZED:
        headers["www-authenticate"] = "Bearer"
    return problem(
        status, fault.code, redact(fault.message), field=fault.field, errors=errors, headers=headers
    )


def problem(
    status: HTTPStatus,
    code: str,
    detail: str,
    *,
    field: str | None = None,
    errors: Sequence[Mapping[str, Any]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    content: dict[str, Any] = {
        "type": f"urn:tenantbot:problem:{code}",
        "title": code.replace("_", " ").capitalize(),
        "status": status.value,
        "detail": detail,
        "code": code,
    }
    if field is not None:
        content["field"] = field
    if errors is not None:
        content["errors"] = errors
    return JSONResponse(content, status.value, headers=headers, media_type=_MEDIA_TYPE)


def not_found() -> Response:
    said = "There is nothing at this address; /admin/openapi.json describes what there is."
    return problem(HTTPStatus.NOT_FOUND, "not_found", said)


def _status(fault: TenantbotError) -> HTTPStatus:
    if isinstance(fault, InvalidRequest):
        contradicts = all(error.field in _CONFIRMATIONS for error in fault.errors)
        return HTTPStatus.CONFLICT if contradicts else HTTPStatus.UNPROCESSABLE_ENTITY
    if fault.code in _STATUS:
        return _STATUS[fault.code]
    if isinstance(fault, Refused):
        return HTTPStatus.CONFLICT
    return HTTPStatus.BAD_GATEWAY if isinstance(fault, Permanent) else HTTPStatus.SERVICE_UNAVAILABLE


def _sentence(error: Mapping[str, Any]) -> FieldError:
    """Name the field, and say what is wrong with it; what was sent is not repeated."""
    names = [str(part) for part in error["loc"][1:] if part not in {"provision", "register"}]
    field = ".".join(names) or "body"
    if error["type"] == "json_invalid":
        return FieldError("body", f"The body is not JSON ({error['ctx']['error']}).")
    said = {"missing": "is missing", "extra_forbidden": "is not known here"}.get(error["type"])
    return FieldError(field, f"{field} {said}." if said else f"{field}: {error['msg']}.")


def _allowed(routes: Sequence[BaseRoute], request: Request) -> Sequence[str]:
    """All methods of the address; the framework knows those of the first route that matches."""
    found: set[str] = set()
    for route in routes:
        if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE:
            found |= route.methods or set()
    return sorted(found)
