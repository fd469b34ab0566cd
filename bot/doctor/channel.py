"""Is the channel one that the bot may talk in, with nobody else's company listening?"""

from typing import Any, Final

from slack_sdk.web.async_client import AsyncWebClient

from bot.doctor.advice import FIND_CHANNEL_ID
from bot.doctor.answers import SlackFault, ask
from provisioning.doctor.finding import Finding

OPS_CHANNEL: Final = "ops channel"
DIGEST_CHANNEL: Final = "digest channel"

_ADVICE: Final = {
    "channel_not_found": f"It is another workspace's, or private: /invite @tenantbot there. {FIND_CHANNEL_ID}"
}


async def check_channel(client: AsyncWebClient, name: str, setting: str, channel: str) -> Finding:
    """Look at the channel that `setting` names."""
    try:
        answer = await ask(client, "conversations.info", channel=channel)
    except SlackFault as fault:
        return fault.as_finding(name, _ADVICE)
    return _judged(name, setting, answer.data.get("channel") or {})


def _judged(name: str, setting: str, channel: dict[str, Any]) -> Finding:
    called = f"#{channel.get('name', channel.get('id'))}"
    if channel.get("is_archived"):
        return Finding(name, False, f"{called} is archived", f"Unarchive it, or set {setting} to another.")
    if channel.get("is_ext_shared") or channel.get("is_pending_ext_shared"):
        return Finding(
            name,
            False,
            f"{called} is shared with another organization",
            f"Set {setting} to one of your own only.",
        )
    if not channel.get("is_member"):
        return Finding(name, False, f"the bot is not in {called}", f"Write /invite @tenantbot in {called}.")
    return Finding(name, True, f"the bot is in {called}")
