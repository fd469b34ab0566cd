"""Who is at the terminal: one of the sandbox's four people, or the holder of a token."""

from provisioning.adapters.system_clock import SystemClock
from provisioning.bootstrap import open_public_keys
from provisioning.cli.options import SANDBOX_PEOPLE
from provisioning.domain.actor import Actor
from provisioning.errors import Refused
from provisioning.settings import Settings
from provisioning.tokens import TokenRules, checked_secret, read_token


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


async def actor_from_token(settings: Settings) -> Actor:
    """Read TENANTBOT_TOKEN. Raises Refused with what to do when it is missing, expired or not ours."""
    if settings.tenantbot_token is None:
        raise Refused(
            "TENANTBOT_TOKEN is missing; an administrator makes one with `tenantbot token`.", code="no_token"
        )
    if settings.admin_jwks_url is None:
        checked_secret(settings.admin_jwt_secret)
    token = settings.tenantbot_token.reveal()
    async with open_public_keys(settings, SystemClock()) as public_keys:
        rules = TokenRules.of(settings, public_keys=public_keys)
        return await read_token(token, rules, surface="cli", called="TENANTBOT_TOKEN")
