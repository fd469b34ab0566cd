"""Who is at the terminal: one of the sandbox's four people, or the holder of a token."""

from datetime import UTC, datetime, timedelta
from typing import Final

import jwt

from provisioning.cli.options import SANDBOX_PEOPLE
from provisioning.domain.actor import Actor, Role
from provisioning.domain.secret import Secret
from provisioning.errors import Refused
from provisioning.settings import Settings

_ALGORITHM: Final = "HS256"
_AUDIENCE: Final = "tenantbot"
SHORTEST_SECRET: Final = 32


def sandbox_actor(person: str) -> Actor:
    """Raises Refused for anybody but the sandbox's people."""
    if person not in SANDBOX_PEOPLE:
        raise Refused(
            f"There is no {person} in the sandbox; --as takes {', '.join(SANDBOX_PEOPLE)}.",
            code="unknown_person",
            field="as",
        )
    return Actor(
        surface="cli",
        id=f"sandbox:{person}",
        name=person,
        role=SANDBOX_PEOPLE[person],
        person=f"sandbox:{person}",
    )


def actor_from_token(settings: Settings) -> Actor:
    """Read TENANTBOT_TOKEN. Raises Refused with what to do when it is missing, expired or not ours."""
    if settings.tenantbot_token is None:
        raise Refused(
            "TENANTBOT_TOKEN is missing; an administrator makes one with `tenantbot token`.", code="no_token"
        )
    try:
        claims = jwt.decode(
            settings.tenantbot_token.reveal(),
            _secret(settings).reveal(),
            algorithms=[_ALGORITHM],
            audience=_AUDIENCE,
        )
        return Actor(
            surface="cli",
            id=str(claims["sub"]),
            name=str(claims["name"]),
            role=Role(claims["role"]),
            person=claims.get("slack") and f"slack:{claims['slack']}",
        )
    except jwt.ExpiredSignatureError:
        raise Refused(
            "TENANTBOT_TOKEN has expired; make a new one with `tenantbot token`.", code="token_expired"
        ) from None
    except (jwt.InvalidTokenError, KeyError, ValueError):
        raise Refused(
            "TENANTBOT_TOKEN is not a token of this installation; make one with `tenantbot token`.",
            code="bad_token",
        ) from None


def make_token(
    settings: Settings, *, name: str, role: Role, lifetime: timedelta, slack: str | None = None
) -> str:
    """Sign a token that says who its holder is and what they may do, until it expires.

    `slack` is the holder's user id there: whoever asks on one surface can't approve on the other.
    """
    now = datetime.now(UTC)
    claims = {
        "sub": f"token:{name}",
        "name": name,
        "role": role.value,
        "slack": slack,
        "aud": _AUDIENCE,
        "iat": now,
        "exp": now + lifetime,
    }
    return jwt.encode(claims, _secret(settings).reveal(), algorithm=_ALGORITHM)


def _secret(settings: Settings) -> Secret:
    secret = settings.admin_jwt_secret
    if secret is None or len(secret.reveal()) < SHORTEST_SECRET:
        raise Refused(
            f"ADMIN_JWT_SECRET is missing or shorter than {SHORTEST_SECRET} characters; it signs the tokens.",
            code="no_secret",
        )
    return secret
