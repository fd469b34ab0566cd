"""What every operation may answer besides its own, told once in the OpenAPI document."""

from collections.abc import Mapping
from typing import Any, Final

from provisioning.api.answers import Problem

_EXAMPLE: Final = {
    "type": "urn:tenantbot:problem:taken",
    "title": "Taken",
    "status": 409,
    "detail": "The subdomain customerinc is taken; choose another one, or see `tenantbot status customerinc`.",
    "code": "taken",
    "field": "subdomain",
}
_SAID: Final[Mapping[int, str]] = {
    400: "The request can't be read.",
    401: "No token, or none of this installation.",
    403: "The token's role does not allow this, or it takes a second person.",
    404: "There is no such tenant, run, question or address.",
    408: "The body did not arrive in time.",
    409: "Refused as things stand; nothing was changed.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "Fields of the request are wrong, each with a sentence; or the Idempotency-Key belongs to another request.",
    429: "Too many requests; Retry-After says when the next one is taken.",
    500: "A defect; the log knows the request's id.",
    502: "An outside system refuses what was asked of it.",
    503: "Something is not reachable now; the same request may succeed later.",
}
_RETRY: Final = {
    "Retry-After": {"description": "Seconds.", "schema": {"type": "string", "pattern": "^[0-9]+$"}}
}

PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    status: {
        "description": said,
        "content": {
            "application/problem+json": {
                "schema": {"$ref": f"#/components/schemas/{Problem.__name__}"},
                "example": _EXAMPLE,
            }
        },
        **({"headers": _RETRY} if status in {429, 503} else {}),
    }
    for status, said in _SAID.items()
}


def located(description: str) -> dict[str, Any]:
    """An answer that says where to follow what was begun."""
    return {
        "description": description,
        "headers": {
            "Location": {
                "description": "Where to follow it.",
                "schema": {"type": "string", "pattern": "^/admin/"},
            }
        },
    }
