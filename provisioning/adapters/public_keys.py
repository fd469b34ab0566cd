"""The public keys of an identity provider, as it publishes them (JWKS, RFC 7517)."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import httpx
import jwt
import structlog

from provisioning.adapters.http import call
from provisioning.errors import Permanent, TenantbotError, Transient
from provisioning.ports import Clock

log = structlog.get_logger(__name__)

_FRESH_SECONDS: Final = 300.0
_LOOK_AGAIN_SECONDS: Final = 10.0
"""At the soonest, for a key that is not known: else anybody's token would have us ask the provider."""
_KINDS: Final = frozenset({"RSA", "EC", "OKP"})
"""Never a shared secret: whoever may read these keys may not sign with them."""


FindKey = Callable[[str | None], Awaitable[jwt.PyJWK | None]]
"""Finds a public key by its id, or the only one there is; None when there is no such key."""


class PublicKeys:
    """Keeps the keys for five minutes; while the provider does not answer, those that are known still hold."""

    def __init__(self, client: httpx.AsyncClient, url: str, *, clock: Clock) -> None:
        self._client = client
        self._url = url
        self._clock = clock
        self._keys: Mapping[str | None, jwt.PyJWK] = {}
        self._fetched_at: float | None = None
        self._asked_at: float | None = None
        self._lock = asyncio.Lock()

    async def find(self, key_id: str | None) -> jwt.PyJWK | None:
        """Raises Transient while no key is known, and the provider does not answer."""
        async with self._lock:
            if self._age(self._fetched_at) > _FRESH_SECONDS or (
                self._key(key_id) is None and self._age(self._asked_at) > _LOOK_AGAIN_SECONDS
            ):
                await self._fetch()
        return self._key(key_id)

    def _key(self, key_id: str | None) -> jwt.PyJWK | None:
        """Whose id is not said is the only one there is."""
        if key_id is None:
            return next(iter(self._keys.values())) if len(self._keys) == 1 else None
        return self._keys.get(key_id)

    def _age(self, since: float | None) -> float:
        return float("inf") if since is None else self._clock.monotonic() - since

    async def _fetch(self) -> None:
        if self._age(self._asked_at) > _LOOK_AGAIN_SECONDS:
            self._asked_at = self._clock.monotonic()
            await self._ask()
        if self._fetched_at is None:
            raise Transient(
                "The identity provider's keys can't be read now, so no token of its can be checked (ADMIN_JWKS_URL); "
                "try again later.",
                code="no_keys",
            )

    async def _ask(self) -> None:
        try:
            answer = await call(
                self._client, "GET", self._url, service="The identity provider", check="ADMIN_JWKS_URL"
            )
            self._keys = _read(answer)
            self._fetched_at = self._clock.monotonic()
        except TenantbotError as fault:
            log.warning("the identity provider's keys can't be read", reason=fault.message)


def _read(answer: httpx.Response) -> Mapping[str | None, jwt.PyJWK]:
    try:
        listed = answer.json()["keys"] if answer.is_success else None
    except (ValueError, KeyError, TypeError):
        listed = None
    if not isinstance(listed, list):
        raise Permanent("What is at ADMIN_JWKS_URL is no key set.", code="no_key_set")
    keys = [key for one in listed if (key := _key(one)) is not None]
    return {key.key_id: key for key in keys}


def _key(data: Any) -> jwt.PyJWK | None:
    """A key that we don't understand, or that is not for signatures, is passed over."""
    if not isinstance(data, dict) or data.get("kty") not in _KINDS or data.get("use", "sig") != "sig":
        return None
    try:
        return jwt.PyJWK(data)
    except jwt.PyJWTError:
        return None
