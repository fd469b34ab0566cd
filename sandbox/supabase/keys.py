"""API keys as a new project has them: two of the new kind, and two of the old kind, which are JWTs."""

import secrets
import string
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import jwt

_ALPHABET = string.ascii_letters + string.digits
_TEN_YEARS = timedelta(days=3650)


@dataclass(frozen=True)
class Keys:
    publishable: str
    secret: str
    anon: str
    service_role: str


def make_keys(ref: str) -> Keys:
    signing_key = secrets.token_urlsafe(40)
    return Keys(
        publishable=make_key("publishable"),
        secret=make_key("secret"),
        anon=_make_legacy_key(ref, "anon", signing_key),
        service_role=_make_legacy_key(ref, "service_role", signing_key),
    )


def make_key(kind: str) -> str:
    return f"sb_{kind}_{_letters(22)}_{_letters(8)}"


def prefix(kind: str, key: str) -> str:
    """Return the beginning that shows which key it is, and nothing more."""
    return key[: len(f"sb_{kind}_") + 5]


def mask(kind: str, key: str) -> str:
    return prefix(kind, key) + "·" * 20


def _letters(count: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(count))


def _make_legacy_key(ref: str, role: str, signing_key: str) -> str:
    now = datetime.now(UTC)
    claims = {"iss": "supabase", "ref": ref, "role": role, "iat": now, "exp": now + _TEN_YEARS}
    return jwt.encode(claims, signing_key, algorithm="HS256")
