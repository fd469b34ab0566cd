"""Can a socket be opened, and is it the same app's as the bot token?"""

import asyncio
import json
from typing import Any, Final

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.doctor.advice import ALLOW_SOCKETS
from bot.doctor.answers import CANNOT_REACH, UNREACHABLE, SlackFault, ask, unreachable
from provisioning.doctor.finding import Finding

SOCKET: Final = "Socket Mode"

_SECONDS: Final = 10
_ADVICE: Final = dict.fromkeys(
    (
        "invalid_auth",
        "not_authed",
        "account_inactive",
        "token_revoked",
        "not_allowed_token_type",
        "missing_args",
        "missing_scope",
    ),
    ALLOW_SOCKETS,
)
_DISCONNECTED: Final = {
    "link_disabled": (
        "Socket Mode is switched off",
        "At api.slack.com/apps open the app, Socket Mode: enable it; or take SLACK_APP_TOKEN away, to use HTTP.",
    ),
    "too_many_websockets": (
        "ten sockets are open already, which is as many as an app may have",
        "Give every environment an app and tokens of its own, or run fewer processes of `tenantbot web`.",
    ),
}


async def check_socket(client: AsyncWebClient, *, bot_app: str | None) -> Finding:
    """Connect once and wait to be greeted. `bot_app` is the app that the bot token belongs to, where it is known."""
    try:
        async with asyncio.timeout(_SECONDS):
            address = str((await ask(client, "apps.connections.open")).data.get("url", ""))
            greeting = await _greeting(address, client.proxy)
    except SlackFault as fault:
        return fault.as_finding(SOCKET, _ADVICE)
    except TimeoutError:
        silence = SlackFault(UNREACHABLE, f"Slack's socket did not say hello within {_SECONDS} seconds")
        return silence.as_finding(SOCKET, _ADVICE)
    return _judged(greeting, bot_app)


async def _greeting(address: str, proxy: str | None) -> dict[str, Any]:
    try:
        async with aiohttp.ClientSession() as session, session.ws_connect(address, proxy=proxy) as socket:
            message = await socket.receive()
            said = json.loads(message.data) if message.type is aiohttp.WSMsgType.TEXT else None
    except CANNOT_REACH as fault:
        raise unreachable("the socket that Slack named", fault) from fault
    return said if isinstance(said, dict) else {}


def _judged(greeting: dict[str, Any], bot_app: str | None) -> Finding:
    if greeting.get("type") != "hello":
        reason = str(greeting.get("reason", "nothing"))
        sentence, advice = _DISCONNECTED.get(
            reason, (f"the socket was closed before it said hello ({reason})", "Look again in a minute.")
        )
        return Finding(SOCKET, False, sentence, advice)
    app = (greeting.get("connection_info") or {}).get("app_id")
    if bot_app and app and app != bot_app:
        return Finding(
            SOCKET, False, f"SLACK_APP_TOKEN is of app {app}, SLACK_BOT_TOKEN of app {bot_app}", ALLOW_SOCKETS
        )
    others = int(greeting.get("num_connections") or 1) - 1
    return Finding(SOCKET, True, f"connected; {others} other sockets of this app are open")
