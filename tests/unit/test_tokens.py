"""Whose tokens are taken: ours, and an identity provider's; and nothing that only looks like one."""

import json
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from provisioning.adapters.public_keys import PublicKeys
from provisioning.domain.actor import Role
from provisioning.domain.secret import Secret
from provisioning.errors import Refused, Transient
from provisioning.tokens import TokenRules, read_token
from tests.fakes.clock import FakeClock

SECRET = secrets.token_hex(32)
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ISSUER = "https://login.example.com/"


class Provider:
    """An identity provider that publishes its keys, as long as it is there."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.keys: list[dict[str, Any]] = [_public("one")]
        self.is_away = False
        self.asked = 0
        client = httpx.AsyncClient(transport=httpx.MockTransport(self._answer))
        self.find = PublicKeys(client, "https://login.example.com/keys", clock=self.clock).find

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        if self.is_away:
            raise httpx.ConnectError("away", request=request)
        return httpx.Response(200, json={"keys": self.keys})


def _public(key_id: str, key: rsa.RSAPrivateKey = KEY) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
    return {**data, "kid": key_id, "use": "sig", "alg": "RS256"}


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
def rules(provider: Provider) -> TokenRules:
    return TokenRules(
        secret=Secret(SECRET),
        public_keys=provider.find,
        issuer=ISSUER,
        audience="tenantbot",
        role_claims=("role", "https://taskifai.com/roles"),
    )


def claims(**changed: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    said = {
        "sub": "auth0|ada",
        "name": "Ada",
        "iss": ISSUER,
        "aud": "tenantbot",
        "exp": now + timedelta(hours=1),
    }
    return {
        name: value for name, value in {**said, "role": "operator", **changed}.items() if value is not None
    }


def of_provider(*, key: rsa.RSAPrivateKey = KEY, key_id: str | None = "one", **changed: Any) -> str:
    return jwt.encode(claims(**changed), key, algorithm="RS256", headers={"kid": key_id} if key_id else None)


def of_ours(secret: str = SECRET, **changed: Any) -> str:
    return jwt.encode(claims(**changed), secret, algorithm="HS256")


@pytest.mark.parametrize("make", [of_provider, of_ours])
async def test_a_token_says_who_holds_it_and_what_they_may(
    rules: TokenRules, make: Callable[..., str]
) -> None:
    actor = await read_token(make(), rules, surface="api")
    assert (actor.id, actor.name, actor.role) == ("auth0|ada", "Ada", Role.OPERATOR)
    assert actor.identity == "auth0|ada"


async def test_the_strongest_of_several_roles_counts(rules: TokenRules) -> None:
    roles: dict[str, Any] = {"role": None, "https://taskifai.com/roles": ["staff", "viewer", "approver"]}
    assert (await read_token(of_provider(**roles), rules, surface="api")).role is Role.APPROVER
    nothing = await read_token(of_provider(role="admin"), rules, surface="api")
    assert nothing.role is None


async def test_a_person_is_the_same_on_every_surface(rules: TokenRules) -> None:
    identities = {(await read_token(of_ours(), rules, surface=name)).identity for name in ("api", "cli")}
    assert len(identities) == 1
    linked = await read_token(of_ours(slack="U0ADA000001"), rules, surface="api")
    assert linked.identity == "slack:U0ADA000001"


def _with_public_key_as_secret() -> str:
    """Signed with what everybody can read, in the hope that it is taken for the secret."""
    public = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    head, body = (
        jwt.utils.base64url_encode(json.dumps(part, default=lambda at: at.timestamp()).encode())
        for part in ({"alg": "HS256", "typ": "JWT", "kid": "one"}, claims())
    )
    signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(
        head + b"." + body, public
    )
    return b".".join([head, body, jwt.utils.base64url_encode(signature)]).decode()


FORGED: dict[str, Callable[[], str]] = {
    "no token": lambda: "nonsense",
    "a long text": lambda: "x" * 20_000,
    "no signature": lambda: jwt.encode(claims(), None, algorithm="none"),  # type: ignore[arg-type]
    "the public key as the secret": _with_public_key_as_secret,
    "another secret": lambda: of_ours(secrets.token_hex(32)),
    "another key": lambda: of_provider(key=OTHER),
    "a key that is not published": lambda: of_provider(key_id="unknown"),
    "another issuer": lambda: of_provider(iss="https://elsewhere.example.com/"),
    "for somebody else": lambda: of_provider(aud="another"),
    "nobody's": lambda: of_provider(sub=None),
    "without an end": lambda: of_provider(exp=None),
    "not valid yet": lambda: of_provider(nbf=datetime.now(UTC) + timedelta(hours=1)),
}


@pytest.mark.parametrize("kind", FORGED)
async def test_nothing_else_is_taken(rules: TokenRules, kind: str) -> None:
    with pytest.raises(Refused) as refused:
        await read_token(FORGED[kind](), rules, surface="api")
    assert refused.value.code == "bad_token"


async def test_an_expired_token_is_said_to_be_so(rules: TokenRules) -> None:
    for make in (of_ours, of_provider):
        with pytest.raises(Refused, match="has expired"):
            await read_token(make(exp=datetime.now(UTC) - timedelta(minutes=1)), rules, surface="api")


async def test_a_new_key_is_found_and_an_unknown_one_asked_for_seldom(
    rules: TokenRules, provider: Provider
) -> None:
    await read_token(of_provider(), rules, surface="api")
    provider.keys.append(_public("two", OTHER))
    for _ in range(5):
        with pytest.raises(Refused):
            await read_token(of_provider(key=OTHER, key_id="two"), rules, surface="api")
    assert provider.asked == 1
    await provider.clock.sleep(11)
    await read_token(of_provider(key=OTHER, key_id="two"), rules, surface="api")
    assert provider.asked == 2


async def test_known_keys_hold_while_the_provider_is_away(rules: TokenRules, provider: Provider) -> None:
    await read_token(of_provider(), rules, surface="api")
    provider.is_away = True
    await provider.clock.sleep(3600)
    await read_token(of_provider(), rules, surface="api")


async def test_without_any_key_a_token_is_neither_taken_nor_refused(
    rules: TokenRules, provider: Provider
) -> None:
    provider.is_away = True
    for _ in range(3):
        with pytest.raises(Transient, match="ADMIN_JWKS_URL"):
            await read_token(of_provider(), rules, surface="api")
    assert provider.asked == 1
    await read_token(of_ours(), rules, surface="api")


async def test_a_shared_secret_among_the_published_keys_is_passed_over(
    rules: TokenRules, provider: Provider
) -> None:
    provider.keys = [{"kty": "oct", "k": "c2VjcmV0", "kid": "one", "alg": "HS256"}]
    with pytest.raises(Refused):
        await read_token(of_provider(), rules, surface="api")
