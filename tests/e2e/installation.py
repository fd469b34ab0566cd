"""An installation as anybody's: no --sandbox, settings from the environment, whose outside happens to be the stand-ins."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from sandbox.dns.base import TARGET
from sandbox.slack.workspace import APPROVERS, OPERATORS, OPS, VIEWERS
from tests.e2e.terminal import ROOT, Terminal


def real_settings(terminal: Terminal) -> dict[str, str]:
    """What every command needs."""
    at = terminal.document
    key = (terminal.home / "secret.key").read_text()
    return {
        "DATABASE_URL": at.database_url,
        "TENANTBOT_SECRET_KEYS": key,
        "ADMIN_JWT_SECRET": key,
        "SUPABASE_ACCESS_TOKEN": at.supabase_token,
        "SUPABASE_ORGANIZATION": at.supabase_organization,
        "SUPABASE_API_URL": at.supabase_api,
        "SUPABASE_DATA_API_URL": at.supabase_data_api,
        "TASKIFAI_DOMAIN": at.domain,
        "TASKIFAI_URL_TEMPLATE": at.url_template,
        "TASKIFAI_RESOLVER": at.dns,
        "TASKIFAI_CA_FILE": at.ca_file,
        "PLATFORM_ADMIN_URL": at.platform,
        "PLATFORM_ADMIN_TOKEN": at.platform_token,
        "DNS_NAMESERVERS": at.dns,
        "DNS_TARGET": TARGET,
        "MAIL_URL": f"smtp://{at.smtp_user}:{at.smtp_password}@{at.smtp}",
        "MAIL_FROM": "welcome@taskifai.test",
        "ARCHIVE_URL": (terminal.home / "archive").as_uri(),
    }


def slack_settings(terminal: Terminal) -> dict[str, str]:
    """What the bot needs besides, to be reached both ways; port 0 is any that is free."""
    at = terminal.document
    return {
        "SLACK_BOT_TOKEN": at.slack_bot_token,
        "SLACK_APP_TOKEN": at.slack_app_token,
        "SLACK_SIGNING_SECRET": at.slack_signing_secret,
        "SLACK_API_URL": at.slack_api,
        "SLACK_OPS_CHANNEL": OPS,
        "TENANTBOT_VIEWERS": VIEWERS,
        "TENANTBOT_OPERATORS": OPERATORS,
        "TENANTBOT_APPROVERS": APPROVERS,
        "PORT": "0",
    }


async def run_outside(
    folder: Path, environ: Mapping[str, str], *arguments: str
) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end."""
    return await asyncio.to_thread(
        subprocess.run,
        command(*arguments),
        cwd=folder,
        env=environment(folder, environ),
        capture_output=True,
        text=True,
        check=False,
    )


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "bot", *arguments]


def environment(folder: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """The settings, and nothing of the environment that the tests run in."""
    return {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(ROOT), **environ}
