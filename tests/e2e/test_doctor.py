"""The doctor at a whole installation, whose outside is the stand-ins: all well, and each fault by its name."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.doctor import slack_check
from bot.doctor_command import installation_of
from bot.manifest import Manifest
from provisioning.adapters.system_clock import SystemClock
from provisioning.doctor.examination import Check, examine
from provisioning.doctor.finding import Finding
from provisioning.doctor.outside import checks_of
from provisioning.examining import open_surroundings
from provisioning.settings import Settings
from sandbox.attach import attach
from tests.e2e.installation import real_settings, run_outside, slack_settings
from tests.e2e.planted import FAULTS, Planted, filled, planted
from tests.e2e.terminal import Terminal

SECRETS = (
    *("TENANTBOT_SECRET_KEYS", "SUPABASE_ACCESS_TOKEN", "PLATFORM_ADMIN_TOKEN", "MAIL_URL"),
    *("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"),
)


@pytest.fixture(scope="module")
async def terminal(shared_home: Path) -> AsyncIterator[Terminal]:
    """A terminal at stand-ins that are there all the time."""
    found = Terminal(shared_home)
    async with attach(shared_home):
        yield found
    found.kill_everything()


class ShiftedClock(SystemClock):
    def __init__(self, ahead: timedelta) -> None:
        self._ahead = ahead

    def now(self) -> datetime:
        return super().now() + self._ahead


def installation(terminal: Terminal) -> dict[str, str]:
    return real_settings(terminal) | slack_settings(terminal) | {"SUPABASE_ACCESS_TOKEN_EXPIRES": "never"}


async def look(
    environ: Mapping[str, str], *, clock_is_ahead: timedelta = timedelta(), slack: bool = False
) -> list[Finding]:
    """Slack, which allows only so many questions a minute, is asked where it matters."""
    settings = Settings.from_env({name: value for name, value in environ.items() if value}, for_slack=True)
    async with open_surroundings(settings, clock=ShiftedClock(clock_is_ahead)) as at:
        of_slack = [slack_check(installation_of(settings), Manifest.load())] if slack else []
        checks = [*checks_of(at), *of_slack]
        patient = [replace(check, seconds=120) for check in checks]  # however slow this machine is
        return [finding async for finding in examine(patient)]


async def test_a_healthy_installation_has_nothing_to_be_put_right(terminal: Terminal) -> None:
    findings = await look(installation(terminal), slack=True)

    assert [one for one in findings if one.ok is False] == []
    assert [one.name for one in findings] == [
        *("database", "worker", "sealed row", "clock", "Supabase token", "organization", "region"),
        *("token expiry", "platform", "DNS delegation", "DNS wildcard", "certificate", "mail", "archive"),
        *(
            "proof server",
            "pg_dump",
            "bot token",
            "scopes",
            "Socket Mode",
            "signing secret",
            "ops channel",
            "allowlist",
        ),
        "approvers",
    ]
    assert list((terminal.home / "archive").glob("tenantbot-doctor*")) == []


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_a_planted_fault_is_named_and_no_other(
    terminal: Terminal, tmp_path: Path, fault: Planted
) -> None:
    in_3_days = (SystemClock().now() + timedelta(days=3)).date().isoformat()
    changed = filled(fault, terminal, folder=str(tmp_path), in_3_days=in_3_days)

    async with planted(fault, terminal):
        findings = await look(
            installation(terminal) | changed, clock_is_ahead=fault.clock_is_ahead, slack=fault.is_in_slack
        )

    broken = [one for one in findings if one.ok is False]
    assert tuple(one.name for one in broken) == fault.named, broken
    said = f"{broken[0].found} → {broken[0].advice}"
    assert all(word.casefold() in said.casefold() for word in fault.words), said
    assert all(one.advice for one in broken), broken
    told = " ".join(one.found + one.advice for one in findings)
    assert [name for name in SECRETS if (installation(terminal) | changed)[name] in told] == []


async def test_a_pg_dump_that_is_too_old_is_named(terminal: Terminal, tmp_path: Path) -> None:
    for program in ("pg_dump", "pg_restore"):
        (tmp_path / program).write_text(f"#!/bin/sh\necho '{program} (PostgreSQL) 15.18'\n")
        (tmp_path / program).chmod(0o755)

    findings = await look(installation(terminal) | {"TENANTBOT_PG_BIN": str(tmp_path)})

    (broken,) = (one for one in findings if one.ok is False)
    assert broken.found.startswith(f"pg_dump 15.18 in {tmp_path} is older than")
    assert "TENANTBOT_PG_BIN" in broken.advice


async def test_what_hangs_is_named_and_holds_up_nobody_else() -> None:
    async def hang() -> list[Finding]:
        await asyncio.Event().wait()
        return []

    async def fine() -> list[Finding]:
        return [Finding("mail", True, "the login works")]

    checks = [Check("platform", hang, "Check PLATFORM_ADMIN_URL.", seconds=0.01), Check("mail", fine, "")]
    findings = [finding async for finding in examine(checks)]

    assert [(one.name, one.ok) for one in findings] == [("platform", False), ("mail", True)]
    assert findings[0].found.startswith("no answer within")
    assert findings[0].advice == "Check PLATFORM_ADMIN_URL."


async def test_the_command_looks_with_the_settings_of_its_environment(
    terminal: Terminal, tmp_path: Path
) -> None:
    done = await run_outside(tmp_path, installation(terminal), "doctor", "--json")

    said = json.loads(done.stdout)
    assert (done.returncode, said["ok"]) == (0, True), done.stderr
    assert all(set(check) == {"name", "ok", "found", "advice"} for check in said["checks"])
    assert "✓ database" in done.stderr


async def test_the_command_names_every_setting_that_keeps_it_from_looking(
    terminal: Terminal, tmp_path: Path
) -> None:
    password = secrets.token_hex(8)
    wrong = {
        "DATABASE_URL": f"mysql://doctor:{password}@127.0.0.1/registry",
        "SLACK_OPS_CHANNEL": "#ops",
        "TENANTBOT_OPERATORS": "@operator",
    }

    doctor, web = await asyncio.gather(
        run_outside(tmp_path, wrong, "doctor", "--json"), run_outside(tmp_path, wrong, "web", "--json")
    )

    *checks, rest = json.loads(doctor.stdout)["checks"]
    refused = json.loads(web.stdout)["error"]
    assert doctor.returncode == 1
    assert all(check["ok"] is False for check in checks)
    assert rest["found"] == "not checked: it takes all settings"
    said = {check["found"].split()[0]: check for check in checks}
    assert set(said) == {one["field"] for one in refused["fields"]}
    assert {"DATABASE_URL", "TENANTBOT_SECRET_KEYS", "SLACK_BOT_TOKEN", "SLACK_OPS_CHANNEL"} <= set(said)
    assert "tenantbot keys new" in said["TENANTBOT_SECRET_KEYS"]["advice"]
    assert "at the end of About" in said["SLACK_OPS_CHANNEL"]["advice"]
    assert "Copy member ID" in said["TENANTBOT_OPERATORS"]["advice"]
    assert password not in doctor.stdout + doctor.stderr
