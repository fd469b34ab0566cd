"""Whose token is it, and what may it do?"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from slack_sdk.web.async_client import AsyncWebClient

from bot.doctor.advice import INSTALL_APP, REINSTALL_APP
from bot.doctor.answers import SlackFault, ask
from bot.doctor.installation import masked
from provisioning.doctor.finding import Finding
from provisioning.domain.secret import Secret

NAME: Final = "bot token"
SCOPES: Final = "scopes"

_ADVICE: Final = dict.fromkeys(
    (
        "invalid_auth",
        "not_authed",
        "account_inactive",
        "token_revoked",
        "token_expired",
        "not_allowed_token_type",
    ),
    INSTALL_APP,
)


@dataclass(frozen=True)
class Account:
    """What Slack tells of a token; None where it does not tell."""

    app: str | None
    scopes: frozenset[str] | None


async def check_account(client: AsyncWebClient, token: Secret) -> tuple[Finding, Account | None]:
    """Ask Slack who this token is."""
    try:
        answer = await ask(client, "auth.test")
    except SlackFault as fault:
        return fault.as_finding(NAME, _ADVICE), None
    who = answer.data
    names = f"{who.get('user')} in {who.get('team')} ({who.get('team_id')})"
    if not who.get("bot_id"):
        return Finding(NAME, False, f"{masked(token)} is a person's: {names}", INSTALL_APP), None
    granted = answer.headers.get("x-oauth-scopes")
    scopes = (
        None if granted is None else frozenset(word.strip() for word in granted.split(",") if word.strip())
    )
    return Finding(NAME, True, f"{masked(token)} is {names}"), Account(
        await _app_of(client, str(who.get("user_id"))), scopes
    )


async def _app_of(client: AsyncWebClient, bot_user: str) -> str | None:
    """Find the app that a bot belongs to; its profile names it."""
    try:
        answer = await ask(client, "users.info", user=bot_user)
    except SlackFault:
        return None
    profile = (answer.data.get("user") or {}).get("profile") or {}
    return profile.get("api_app_id") or None


def check_scopes(granted: AbstractSet[str] | None, wanted: AbstractSet[str]) -> Finding:
    """Compare what the token may do with what the manifest asks for."""
    if granted is None:
        return Finding(SCOPES, None, "Slack does not name the token's scopes, so it can't be told")
    missing, more = sorted(wanted - granted), sorted(granted - wanted)
    if missing:
        return Finding(SCOPES, False, f"the token lacks {_listed(missing)}", REINSTALL_APP)
    if more:
        return Finding(
            SCOPES,
            None,
            f"all are there, and more than needed: {_listed(more)}",
            REINSTALL_APP,
        )
    return Finding(SCOPES, True, "those of app_manifest.yml")


def _listed(scopes: Sequence[str]) -> str:
    return ", ".join(scopes)
