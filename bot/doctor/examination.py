"""Which checks of Slack there are and in which order; what rests on something broken is named, and left alone."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.doctor.account import NAME as TOKEN
from bot.doctor.account import SCOPES, Account, check_account, check_scopes
from bot.doctor.channel import DIGEST_CHANNEL, OPS_CHANNEL, check_channel
from bot.doctor.installation import Installation
from bot.doctor.people import ALLOWLIST, APPROVERS, check_people
from bot.doctor.signing_secret import check_signing_secret
from bot.doctor.socket_mode import SOCKET, check_socket
from bot.manifest import Manifest
from bot.outbox.client import open_slack
from provisioning.doctor.examination import Check
from provisioning.doctor.finding import Finding, not_checked

_ANSWER_SECONDS: Final = 10
_SECONDS: Final = 90.0
"""Every entry of the allowlist is asked about; Slack may ask for a pause in between."""
_ADVICE: Final = "Look again in a minute; status.slack.com says whether Slack itself is ill."


def slack_check(at: Installation, manifest: Manifest) -> Check:
    return Check("Slack", partial(_look, at, manifest), _ADVICE, _SECONDS)


async def _look(at: Installation, manifest: Manifest) -> Sequence[Finding]:
    account, findings = await _account(at, manifest)
    return [*findings, *await _ways_in(at, account), *await _workspace(at, account)]


async def _account(at: Installation, manifest: Manifest) -> tuple[Account | None, Sequence[Finding]]:
    token = at.usable_bot_token
    if token is None:
        because = "SLACK_BOT_TOKEN is missing or of another kind"
        return None, [not_checked(TOKEN, because), not_checked(SCOPES, because)]
    async with open_slack(token, api_url=at.api_url, seconds=_ANSWER_SECONDS) as client:
        finding, account = await check_account(client, token)
        if account is None:
            return None, [finding, _needs_token(SCOPES)]
    return account, [finding, check_scopes(account.scopes, manifest.scopes)]


async def _ways_in(at: Installation, account: Account | None) -> Sequence[Finding]:
    """Look at how Slack reaches us: by a socket, by signed requests, or both."""
    findings = []
    if at.usable_app_token is not None:
        async with open_slack(at.usable_app_token, api_url=at.api_url, seconds=_ANSWER_SECONDS) as client:
            findings.append(await check_socket(client, bot_app=account.app if account else None))
    elif at.app_token is not None or at.signing_secret is None:
        findings.append(not_checked(SOCKET, "SLACK_APP_TOKEN is missing or of another kind"))
    if at.signing_secret is not None:
        findings.append(check_signing_secret(at.signing_secret))
    return findings


async def _workspace(at: Installation, account: Account | None) -> Sequence[Finding]:
    if account is None or at.usable_bot_token is None:
        return [_needs_token(name) for name in (OPS_CHANNEL, ALLOWLIST, APPROVERS)]
    async with open_slack(at.usable_bot_token, api_url=at.api_url, seconds=_ANSWER_SECONDS) as client:
        # Many entries may be more than Slack answers in a minute: it then says how long to wait.
        client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=2))
        lists = {
            "TENANTBOT_VIEWERS": at.viewers,
            "TENANTBOT_OPERATORS": at.operators,
            "TENANTBOT_APPROVERS": at.approvers,
        }
        return [*await _channels(client, at), *await check_people(client, lists)]


async def _channels(client: AsyncWebClient, at: Installation) -> Sequence[Finding]:
    findings = [
        await check_channel(client, OPS_CHANNEL, "SLACK_OPS_CHANNEL", at.ops_channel)
        if at.ops_channel
        else not_checked(OPS_CHANNEL, "SLACK_OPS_CHANNEL is missing")
    ]
    if at.digest_channel:
        findings.append(
            await check_channel(client, DIGEST_CHANNEL, "SLACK_DIGEST_CHANNEL", at.digest_channel)
        )
    return findings


def _needs_token(name: str) -> Finding:
    return not_checked(name, "it takes a bot token that works")
