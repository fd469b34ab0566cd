"""Bearer tokens: signed by `tenantbot token`, or by an identity provider whose keys are public; both say who acts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import jwt

from provisioning.adapters.public_keys import FindKey
from provisioning.domain.actor import Actor, Role
from provisioning.domain.secret import Secret
from provisioning.errors import Refused
from provisioning.settings import Settings

SHORTEST_SECRET: Final = 32

_ALGORITHM: Final = "HS256"
_PUBLIC_KEY_ALGORITHMS: Final = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)
_LONGEST: Final = 16_384
_LEEWAY_SECONDS: Final = 10
"""Between the clock of whoever signs and ours."""


@dataclass(frozen=True)
class TokenRules:
    """Whose tokens are taken. `issuer` None: it is not looked at. Roles are in any of `role_claims`."""

    secret: Secret | None
    public_keys: FindKey | None
    issuer: str | None
    audience: str
    role_claims: Sequence[str]

    @classmethod
    def of(cls, settings: Settings, *, public_keys: FindKey | None = None) -> "TokenRules":
        return cls(
            secret=settings.admin_jwt_secret,
            public_keys=public_keys,
            issuer=settings.admin_jwt_issuer,
            audience=settings.admin_jwt_audience,
            role_claims=settings.admin_jwt_role_claims,
        )


async def read_token(token: str, rules: TokenRules, *, surface: str, called: str = "The token") -> Actor:
    """Tell who holds a token. Raises Refused unless it is ours, meant for us, and valid now.

    The algorithm chooses the key, never the other way round: a public key is no secret to sign with.
    """
    algorithm, key_id = _header(token, called)
    if algorithm == _ALGORITHM and rules.secret is not None:
        claims = _claims(token, checked_secret(rules.secret).reveal(), algorithm, rules, called)
    elif algorithm in _PUBLIC_KEY_ALGORITHMS and rules.public_keys is not None:
        key = await rules.public_keys(key_id)
        claims = _claims(token, key and key.key, algorithm, rules, called)
    else:
        raise _not_ours(called)
    return _actor(claims, rules.role_claims, surface)


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
        "iss": settings.admin_jwt_issuer or "tenantbot",
        "aud": settings.admin_jwt_audience,
        "iat": now,
        "exp": now + lifetime,
    }
    secret = checked_secret(settings.admin_jwt_secret)
    return jwt.encode(claims, secret.reveal(), algorithm=_ALGORITHM)


def checked_secret(secret: Secret | None) -> Secret:
    """Raises Refused for a secret that could be guessed."""
    if secret is None or len(secret.reveal()) < SHORTEST_SECRET:
        raise Refused(
            f"ADMIN_JWT_SECRET is missing or shorter than {SHORTEST_SECRET} characters; it signs the tokens.",
            code="no_secret",
        )
    return secret


def _header(token: str, called: str) -> tuple[str, str | None]:
    if len(token) > _LONGEST:
        raise _not_ours(called)
    try:
        header = jwt.get_unverified_header(token)
    except jwt.InvalidTokenError:
        raise _not_ours(called) from None
    key_id = header.get("kid")
    return str(header.get("alg")), key_id if isinstance(key_id, str) else None


def _claims(token: str, key: Any, algorithm: str, rules: TokenRules, called: str) -> Mapping[str, Any]:
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            audience=rules.audience,
            issuer=rules.issuer,
            leeway=_LEEWAY_SECONDS,
            options={"require": ["sub", "exp"]},
        )
    except jwt.ExpiredSignatureError:
        raise Refused(
            f"{called} has expired; make a new one with `tenantbot token`.", code="token_expired"
        ) from None
    except (jwt.PyJWTError, ValueError, TypeError):
        raise _not_ours(called) from None
    return claims


def _actor(claims: Mapping[str, Any], role_claims: Sequence[str], surface: str) -> Actor:
    """Who is somebody without a role that we know is let in, and may do nothing."""
    subject, slack = str(claims["sub"]), claims.get("slack")
    return Actor(
        surface=surface,
        id=subject,
        name=str(claims.get("name") or claims.get("email") or subject),
        role=_strongest_role(claims, role_claims),
        person=f"slack:{slack}" if slack else subject,
    )


def _strongest_role(claims: Mapping[str, Any], names: Sequence[str]) -> Role | None:
    said: set[str] = set()
    for name in names:
        value = claims.get(name)
        said.update(value.split() if isinstance(value, str) else map(str, value or ()))
    return next((role for role in reversed(Role) if role.value in said), None)


def _not_ours(called: str) -> Refused:
    return Refused(
        f"{called} is not a token of this installation; make one with `tenantbot token`.", code="bad_token"
    )
