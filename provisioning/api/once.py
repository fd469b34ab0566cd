"""A write with an Idempotency-Key: done once, answered the same each time it is sent."""

import hashlib
import re
from collections.abc import Awaitable, Callable
from typing import Final

from fastapi import Request
from starlette.responses import Response

from provisioning.api.problems import problem_of
from provisioning.control_plane.repeats import Repeats
from provisioning.domain.actor import Actor
from provisioning.domain.kept_answer import KeptAnswer
from provisioning.errors import Refused, TenantbotError

_KEY: Final = re.compile(r"[!-~]{1,200}")
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_KEPT_HEADERS: Final = ("content-type", "location", "retry-after")

Handler = Callable[[Request], Awaitable[Response]]


async def once(repeats: Repeats, actor: Actor, request: Request, handle: Handler) -> Response:
    """Handle a request; one with a key at most once. Raises Refused for a key that can't be one, or was used otherwise."""
    key = request.headers.get("idempotency-key")
    if key is None or request.method in _READING:
        return await handle(request)
    if not _KEY.fullmatch(key):
        raise Refused("An Idempotency-Key has 1 to 200 printable characters without spaces.", code="bad_key")

    async def act() -> KeptAnswer:
        try:
            answer = await handle(request)
        except TenantbotError as fault:
            answer = problem_of(fault)
        headers = {name: answer.headers[name] for name in _KEPT_HEADERS if name in answer.headers}
        return KeptAnswer(answer.status_code, headers, bytes(answer.body).decode())

    answer, is_repeat = await repeats.once(actor, key, await _fingerprint(request), act)
    headers = dict(answer.headers) | ({"idempotency-replayed": "true"} if is_repeat else {})
    return Response(answer.body, answer.status, headers=headers)


async def _fingerprint(request: Request) -> str:
    said = f"{request.method} {request.url.path}?{request.url.query}\n".encode() + await request.body()
    return hashlib.sha256(said).hexdigest()
