"""Tokens that look like JWTs: three parts, claims in the middle, and a signature only this process makes."""

import base64
import hashlib
import json
import secrets
from typing import Any

_KEY = secrets.token_hex(16)


def issue_token(**claims: str) -> str:
    header, body = _part({"alg": "FAKE", "typ": "JWT"}), _part(claims)
    return f"{header}.{body}.{_sign(body)}"


def read_token(token: str) -> dict[str, Any] | None:
    """Give the claims, or None when it was not made here."""
    match token.split("."):
        case [_, body, signature] if signature == _sign(body):
            pass
        case _:
            return None
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return claims


def _part(content: dict[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def _sign(body: str) -> str:
    return hashlib.sha256(f"{_KEY}{body}".encode()).hexdigest()[:32]
