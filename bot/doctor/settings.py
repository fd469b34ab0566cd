"""Are the settings there, and are they the kind of thing that they should be?"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from bot.doctor.advice import ALLOW_SOCKETS, FIND_CHANNEL_ID, FIND_MEMBER_IDS, INSTALL_APP
from bot.doctor.installation import APP_PREFIX, BOT_PREFIX, Installation, masked
from provisioning.doctor.finding import Finding, not_checked
from provisioning.domain.secret import Secret
from provisioning.errors import FieldError, InvalidRequest, TenantbotError

NAME: Final = "settings"

_KINDS: Final = {
    BOT_PREFIX: "a bot token",
    APP_PREFIX: "an app-level token",
    "xoxp-": "a person's token",
    "xoxe": "a token that expires (token rotation is to be off)",
}


_WHERE: Final = {
    "SLACK_BOT_TOKEN": INSTALL_APP,
    "SLACK_APP_TOKEN": ALLOW_SOCKETS,
    "SLACK_OPS_CHANNEL": FIND_CHANNEL_ID,
    "SLACK_DIGEST_CHANNEL": FIND_CHANNEL_ID,
    "TENANTBOT_VIEWERS": FIND_MEMBER_IDS,
    "TENANTBOT_OPERATORS": FIND_MEMBER_IDS,
    "TENANTBOT_APPROVERS": FIND_MEMBER_IDS,
}
_MESSAGE: Final = re.compile(r"(.* is malformed \(.*?\)|.*?): (.*)", re.DOTALL)


def unreadable_settings(fault: TenantbotError) -> Sequence[Finding]:
    """Name every setting that is missing or malformed; nothing else can be looked at without them."""
    rest = not_checked("everything else", "it takes all settings")
    if not isinstance(fault, InvalidRequest):
        return [Finding(NAME, False, fault.message), rest]
    findings = [_explained(error) for error in fault.errors]
    return [*findings, Finding(rest.name, rest.ok, rest.found, fault.hint)]


def misspelt(meant: Mapping[str, str]) -> Sequence[Finding]:
    """Good to know: other programs may have settings of almost the same name."""
    return [
        Finding(
            NAME, None, f"{name} in .env is read by nobody here", f"If {wanted} is meant, correct its name."
        )
        for name, wanted in meant.items()
    ]


def check_settings(at: Installation) -> Sequence[Finding]:
    """Look at the settings for Slack, which the control plane itself can do without."""
    return [*_faults(at)] or [Finding(NAME, True, "those of the control plane and of Slack are there")]


def _faults(at: Installation) -> Iterator[Finding]:
    if at.bot_token is None:
        yield _missing("SLACK_BOT_TOKEN", INSTALL_APP)
    elif at.usable_bot_token is None:
        yield _other_kind("SLACK_BOT_TOKEN", at.bot_token, BOT_PREFIX, INSTALL_APP)
    if at.app_token is None and at.signing_secret is None:
        yield _missing("SLACK_APP_TOKEN (or, for HTTP, SLACK_SIGNING_SECRET)", ALLOW_SOCKETS)
    elif at.app_token is not None and at.usable_app_token is None:
        yield _other_kind("SLACK_APP_TOKEN", at.app_token, APP_PREFIX, ALLOW_SOCKETS)
    if not at.ops_channel:
        yield _missing("SLACK_OPS_CHANNEL", FIND_CHANNEL_ID)
    if not at.operators and not at.approvers:
        yield _missing("TENANTBOT_OPERATORS (or TENANTBOT_APPROVERS)", FIND_MEMBER_IDS)


def _missing(setting: str, advice: str) -> Finding:
    return Finding(NAME, False, f"{setting} is missing", advice)


def _other_kind(setting: str, token: Secret, wanted: str, advice: str) -> Finding:
    value = token.reveal()
    kind = next(
        (words for prefix, words in _KINDS.items() if value.startswith(prefix)), "no token of Slack's"
    )
    return Finding(
        NAME, False, f"{setting} is {masked(token)}, {kind}; it should be {_KINDS[wanted]}", advice
    )


def _explained(error: FieldError) -> Finding:
    """A message about a setting says what is wrong and then, after a colon, what the setting is."""
    parts = _MESSAGE.fullmatch(error.message)
    found, purpose = parts.groups() if parts else (error.message, "")
    return Finding(NAME, False, found, f"{purpose} {_WHERE.get(error.field, '')}".strip())
