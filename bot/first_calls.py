"""What is asked of Slack before anything starts, so that a wrong setting is one sentence and no endless trying."""

from typing import Final

import structlog

from bot.outbox.calls import Identity, SlackCalls
from bot.outbox.client import open_slack
from bot.outbox.errors import SlackError, SlackRefused
from provisioning.domain.secret import Secret
from provisioning.errors import Permanent, Transient
from provisioning.ports import Clock

log = structlog.get_logger(__name__)

_PATIENCE: Final = 10.0


async def identify(calls: SlackCalls) -> Identity:
    """Say who the bot token is. Raises Permanent when Slack refuses it, Transient when Slack can't be reached."""
    try:
        return await calls.identity(within=_PATIENCE)
    except SlackRefused as refused:
        raise _refusal(refused, "SLACK_BOT_TOKEN") from refused
    except SlackError as fault:
        raise Transient(f"{fault.message} Check SLACK_API_URL.", code="slack_unreachable") from fault


async def check_app_token(token: Secret, *, api_url: str, clock: Clock) -> None:
    """Raise Permanent when Slack would never open a socket for it. Other trouble passes, and the socket waits."""
    async with open_slack(token, api_url=api_url) as client:
        try:
            await SlackCalls(client, clock=clock).call("apps.connections.open", within=_PATIENCE)
        except SlackRefused as refused:
            raise _refusal(refused, "SLACK_APP_TOKEN") from refused
        except SlackError as fault:
            log.warning("can't tell whether Slack opens a socket", code=fault.code)


async def check_channel(calls: SlackCalls, channel: str, *, setting: str) -> None:
    """Warn when nothing can be shown there: they go on all the same, and whoever is asked can be reached otherwise."""
    try:
        found = (await calls.call("conversations.info", within=_PATIENCE, channel=channel)).get("channel")
    except SlackError as fault:
        log.warning(
            "a channel can't be read, nothing is shown there",
            setting=setting,
            channel=channel,
            code=fault.code,
        )
    else:
        if isinstance(found, dict) and found.get("is_member") is False:
            log.warning("the bot is not in a channel: /invite it there", setting=setting, channel=channel)


def _refusal(refused: SlackRefused, setting: str) -> Permanent:
    advice = "" if refused.code.startswith("http_") else f" Check {setting}; `tenantbot doctor` says more."
    return Permanent(f"{refused.message}{advice}", code=refused.code)
