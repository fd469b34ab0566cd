"""`tenantbot doctor`: is everything that an installation needs there, and what to do where it is not?"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack

import asyncpg
import typer

from bot.doctor import Finding, Installation, examine, unreadable_settings
from bot.manifest import Manifest
from provisioning.bootstrap import open_system
from provisioning.cli.output import Output
from provisioning.cli.session import EXIT_FAILED, EXIT_OK, Invocation, finish, invocation_of, open_settings
from provisioning.errors import TenantbotError, Transient
from provisioning.settings import Settings

_WIDTH = 15


def doctor(context: typer.Context) -> None:
    """Check settings, database and Slack.

    Each with what to do where it does not hold.
    """
    invocation = invocation_of(context)

    async def main() -> int:
        async with AsyncExitStack() as stack:
            findings = [_told(invocation.output, finding) async for finding in _examine(invocation, stack)]
        return _concluded(invocation.output, findings)

    finish(invocation.output, main)


async def _examine(invocation: Invocation, stack: AsyncExitStack) -> AsyncIterator[Finding]:
    try:
        settings = await stack.enter_async_context(open_settings(invocation))
    except TenantbotError as fault:
        for finding in unreadable_settings(fault):
            yield finding
        return

    async def worker_alive() -> bool:
        return await _worker_alive(settings)

    async for finding in examine(_installation(settings), Manifest.load(), worker_alive):
        yield finding


def _installation(settings: Settings) -> Installation:
    return Installation(
        api_url=settings.slack_api_url,
        bot_token=settings.slack_bot_token,
        app_token=settings.slack_app_token,
        signing_secret=settings.slack_signing_secret,
        ops_channel=settings.slack_ops_channel,
        digest_channel=settings.slack_digest_channel,
        viewers=settings.tenantbot_viewers,
        operators=settings.tenantbot_operators,
        approvers=settings.tenantbot_approvers,
    )


async def _worker_alive(settings: Settings) -> bool:
    try:
        async with open_system(settings) as system:
            return await system.worker_alive()
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as fault:
        raise Transient(
            f"The registry's database does not answer as it should ({type(fault).__name__}); "
            "check what DATABASE_URL's user may do, and the server's log."
        ) from fault


def _told(output: Output, finding: Finding) -> Finding:
    output.say(f"{finding.mark} {finding.name:<{_WIDTH}} {finding.found}")
    if finding.advice:
        output.say(f"  {'':<{_WIDTH}} → {finding.advice}")
    return finding


def _concluded(output: Output, findings: Sequence[Finding]) -> int:
    broken = sum(finding.ok is False for finding in findings)
    checks = [{"name": one.name, "ok": one.ok, "found": one.found, "advice": one.advice} for one in findings]
    output.document({"ok": not broken, "checks": checks})
    output.say("All is well." if not broken else f"To be put right: {broken}.")
    return EXIT_FAILED if broken else EXIT_OK
