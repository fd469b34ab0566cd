"""The settings that the Slack surface depends on, and how they may be shown."""

import re
from dataclasses import dataclass
from typing import Final

from provisioning.domain.secret import Secret

BOT_PREFIX: Final = "xoxb-"
APP_PREFIX: Final = "xapp-"

_PREFIX: Final = re.compile(r"(?:xox[a-z](?:\.xox[a-z])?|xapp)-")
_SHORTEST: Final = 16


@dataclass(frozen=True)
class Installation:
    """One installation's settings for Slack, as they were read."""

    api_url: str
    bot_token: Secret | None
    app_token: Secret | None
    signing_secret: Secret | None
    ops_channel: str | None
    digest_channel: str | None = None
    viewers: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    approvers: tuple[str, ...] = ()

    @property
    def usable_bot_token(self) -> Secret | None:
        return _of_kind(self.bot_token, BOT_PREFIX)

    @property
    def usable_app_token(self) -> Secret | None:
        return _of_kind(self.app_token, APP_PREFIX)


def masked(secret: Secret) -> str:
    """Show the kind and the end of a token: enough to find it again, too little to use it."""
    value = secret.reveal()
    prefix = _PREFIX.match(value)
    return f"{prefix[0] if prefix else ''}…{value[-4:] if len(value) >= _SHORTEST else ''}"


def _of_kind(token: Secret | None, prefix: str) -> Secret | None:
    return token if token is not None and token.reveal().startswith(prefix) else None
