"""A stand-in for Resend's API: POST /emails, strict about who asks and what, into the sandbox's mailbox."""

import json
import secrets
import uuid
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from sandbox.faults import Faults
from sandbox.mail import email_fields
from sandbox.mail.idempotency import OtherRequestError, claim, fingerprint
from sandbox.mail.message import keep
from sandbox.serve import DROP
from sandbox.state import State

_LONGEST_KEY = 256


class RefusalError(Exception):
    def __init__(self, status: int, name: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.name = name
        self.message = message


_INVALID_KEY = (403, "invalid_api_key", "API key is invalid.")
_FAULTS = {
    "4xx": (429, "rate_limit_exceeded", "Too many requests."),
    "5xx": (500, "application_error", "An unexpected error occurred."),
    "auth": _INVALID_KEY,
}


def create_app(state: State, faults: Faults, *, key: str, domain: str | None = None) -> Starlette:
    """Make the API for one key; where a domain is given, only mail from it is sent."""

    async def send_email(request: Request) -> Response:
        _authenticate(request, key)
        once = _idempotency_key(request)
        body = _checked(await request.body(), domain)
        fault = await faults.take("mail", email_fields.recipients(body)[0])
        if fault is not None and fault.kind in _FAULTS:
            raise RefusalError(*_FAULTS[fault.kind])
        email_id = await _accept(state, body, once)
        return _Unanswered() if fault is not None else JSONResponse({"id": email_id})

    return Starlette(
        routes=[Route("/emails", send_email, methods=["POST"])],
        exception_handlers={RefusalError: _refuse, HTTPException: _refuse_route},
    )


def _authenticate(request: Request, key: str) -> None:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not given:
        raise RefusalError(401, "missing_api_key", "Missing API key in the authorization header.")
    if not secrets.compare_digest(given.encode(), key.encode()):
        raise RefusalError(*_INVALID_KEY)


def _idempotency_key(request: Request) -> str | None:
    key = request.headers.get("idempotency-key")
    if key is not None and not 1 <= len(key) <= _LONGEST_KEY:
        raise RefusalError(400, "invalid_idempotency_key", "The key must be between 1-256 chars.")
    return key


def _checked(raw: bytes, domain: str | None) -> dict[str, Any]:
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise RefusalError(400, "validation_error", "The request body is no JSON.") from error
    if not isinstance(body, dict):
        raise RefusalError(400, "validation_error", "The request body must be an object.")
    for field in email_fields.REQUIRED:
        if field not in body:
            raise RefusalError(422, "missing_required_field", f"Missing `{field}` field.")
    if problem := email_fields.problem_with(body):
        raise RefusalError(400, "validation_error", problem)
    sent_from = email_fields.sender(body).rpartition("@")[2]
    if domain is not None and sent_from != domain:
        raise RefusalError(403, "validation_error", f"The {sent_from} domain is not verified.")
    return body


async def _accept(state: State, body: dict[str, Any], once: str | None) -> str:
    """Keep the mail, unless its key says that it is here already; return its id."""
    email_id = str(uuid.uuid4())
    async with state.pool.acquire() as connection, connection.transaction():
        if once is not None:
            try:
                first = await claim(connection, once, fingerprint(body), email_id)
            except OtherRequestError as error:
                message = "This idempotency key was used with another request body."
                raise RefusalError(409, "invalid_idempotent_request", message) from error
            if first != email_id:
                return first
        await keep(
            connection,
            email_fields.as_message(body, f"<{email_id}@resend.sandbox>"),
            sender=email_fields.sender(body),
            recipients=email_fields.recipients(body),
        )
    return email_id


class _Unanswered(Response):
    """The mail was accepted and the connection breaks before anyone learns of it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        scope["extensions"][DROP]()
        while (await receive())["type"] != "http.disconnect":
            pass


async def _refuse(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RefusalError)
    body = {"statusCode": error.status, "name": error.name, "message": error.message}
    headers = {"retry-after": "1"} if error.status == 429 else None  # noqa: PLR2004 - as HTTP calls it
    return JSONResponse(body, error.status, headers)


async def _refuse_route(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    name = "method_not_allowed" if error.status_code == 405 else "not_found"  # noqa: PLR2004
    return await _refuse(request, RefusalError(error.status_code, name, str(error.detail)))
