"""`tenantbot doctor`: is everything that an installation needs there, and what to do where it is not?"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from typing import Final

import typer
from rich.table import Table
from rich.text import Text

from bot.doctor import Installation, check_settings, misspelt, slack_check, unreadable_settings
from bot.manifest import Manifest
from provisioning.bootstrap import read_tenant_files
from provisioning.cli.identity import actor_from_token
from provisioning.cli.output import Output
from provisioning.cli.session import EXIT_FAILED, EXIT_OK, Invocation, finish, invocation_of, open_settings
from provisioning.doctor.examination import Check, examine
from provisioning.doctor.finding import Finding
from provisioning.doctor.outside import checks_of
from provisioning.errors import TenantbotError
from provisioning.examining import open_surroundings
from provisioning.setting_names import misspelt_settings
from provisioning.settings import ENV_FILE, Settings

_NAME_WIDTH: Final = 16
_YOURS: Final = "your token"
_STYLES: Final = {True: "green", False: "bold red", None: "yellow"}


def run_doctor(context: typer.Context) -> None:
    """Tell every finding as it is made."""
    invocation = invocation_of(context)

    async def main() -> int:
        output = invocation.output
        async with AsyncExitStack() as stack:
            with output.people.status("Looking"):
                findings = [_told(output, finding) async for finding in _examine(invocation, stack)]
        return _concluded(output, findings)

    finish(invocation.output, main)


async def _examine(invocation: Invocation, stack: AsyncExitStack) -> AsyncIterator[Finding]:
    if not invocation.options.sandbox:
        for finding in misspelt(misspelt_settings(ENV_FILE)):
            yield finding
    try:
        settings = await stack.enter_async_context(open_settings(invocation, tell_all=True))
        at = await stack.enter_async_context(open_surroundings(settings))
        read_tenant_files(settings)
    except TenantbotError as fault:
        for finding in unreadable_settings(fault):
            yield finding
        return
    installation = installation_of(settings)
    for finding in check_settings(installation):
        yield finding
    # The sandbox has people instead of tokens.
    yours = [] if invocation.options.sandbox or settings.tenantbot_token is None else [_your_token(settings)]
    checks = [*yours, *checks_of(at), slack_check(installation, Manifest.load())]
    async for finding in examine(checks):
        yield finding


def _your_token(settings: Settings) -> Check:
    async def look() -> Sequence[Finding]:
        actor = await actor_from_token(settings)
        return [Finding(_YOURS, True, f"TENANTBOT_TOKEN is {actor.name}'s, {actor.role or 'no role'}")]

    return Check(_YOURS, look, "Make one with `tenantbot token`.")


def installation_of(settings: Settings) -> Installation:
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


def _told(output: Output, finding: Finding) -> Finding:
    """Say it as a row of a table that grows while others are still being looked at."""
    row = Table.grid(padding=(0, 1), pad_edge=False)
    row.add_column(width=1)
    row.add_column(width=_NAME_WIDTH)
    row.add_column(overflow="fold")
    row.add_row(Text(finding.mark, _STYLES[finding.ok]), finding.name, Text(output.pasteable(finding.found)))
    if finding.advice:
        row.add_row("", "", Text(f"→ {output.pasteable(finding.advice)}", "dim"))
    output.say(row)
    return finding


def _concluded(output: Output, findings: Sequence[Finding]) -> int:
    broken = sum(finding.ok is False for finding in findings)
    checks = [{"name": one.name, "ok": one.ok, "found": one.found, "advice": one.advice} for one in findings]
    output.document({"ok": not broken, "checks": checks})
    output.say("All is well." if not broken else f"To be put right: {broken}.")
    return EXIT_FAILED if broken else EXIT_OK
