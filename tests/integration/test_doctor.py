"""The doctor looks at an installation: everything well, and each thing that people get wrong."""

import asyncio
import dataclasses
import json
import os
import secrets
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.doctor import Finding, Installation, examine, unreadable_settings
from bot.doctor.socket_mode import check_socket
from bot.manifest import MANIFEST_FILE, Manifest
from provisioning.adapters.fernet_vault import new_key
from provisioning.domain.secret import Secret
from provisioning.errors import Permanent, Refused, Transient
from sandbox.ports import choose_port
from sandbox.slack.workspace import (
    APPROVERS,
    DEACTIVATED,
    GENERAL,
    GUEST,
    OPERATOR,
    OPERATORS,
    OPS,
    OTHER_BOT,
    SHARED,
    STRANGER,
    VIEWER,
    VIEWERS,
)
from sandbox.state import State
from tests.integration.slack_stand_in import Slack, open_slack

MANIFEST = Manifest.load()


@pytest.fixture
async def slack(state: State) -> AsyncIterator[Slack]:
    """A workspace where the app is installed as the manifest says."""
    async with open_slack(state) as slack:
        await slack.settings(scopes=sorted(MANIFEST.scopes))
        yield slack


def installed(slack: Slack, **changes: Any) -> Installation:
    at = Installation(
        api_url=f"{slack.url}/api/",
        bot_token=Secret(slack.bot_token),
        app_token=Secret(slack.app_token),
        signing_secret=Secret(slack.signing_secret),
        ops_channel=OPS,
        viewers=(VIEWERS,),
        operators=(OPERATORS, OPERATOR),
        approvers=(APPROVERS,),
    )
    return dataclasses.replace(at, **changes)


async def look(at: Installation, *, worker: bool = True) -> list[Finding]:
    async def worker_alive() -> bool:
        return worker

    return [finding async for finding in examine(at, MANIFEST, worker_alive)]


def named(findings: list[Finding], name: str) -> Finding:
    (found,) = (finding for finding in findings if finding.name == name)
    return found


def broken(findings: list[Finding]) -> list[str]:
    return [finding.name for finding in findings if finding.ok is False]


async def test_all_is_well(slack: Slack) -> None:
    findings = await look(installed(slack))

    assert [(finding.name, finding.ok) for finding in findings] == [
        ("settings", True),
        ("database", True),
        ("worker", True),
        ("bot token", True),
        ("scopes", True),
        ("Socket Mode", True),
        ("signing secret", True),
        ("ops channel", True),
        ("allowlist", True),
        ("approvers", True),
    ]
    assert "TaskifAI" in named(findings, "bot token").found
    assert named(findings, "approvers").found == "2 people may approve"


async def test_shows_no_secret(slack: Slack) -> None:
    said = " ".join(f"{finding.found} {finding.advice}" for finding in await look(installed(slack)))

    for secret in (slack.bot_token, slack.app_token, slack.signing_secret):
        assert secret not in said
        assert secret[-12:] not in said
    assert f"xoxb-…{slack.bot_token[-4:]}" in said


async def test_the_socket_it_opened_is_closed_again(slack: Slack) -> None:
    await look(installed(slack))

    second = named(await look(installed(slack)), "Socket Mode")
    assert second.found == "connected; 0 other sockets of this app are open"


async def test_a_missing_scope_is_named(slack: Slack) -> None:
    await slack.settings(scopes=sorted(MANIFEST.scopes - {"groups:history", "usergroups:read"}))

    findings = await look(installed(slack))

    scopes = named(findings, "scopes")
    assert scopes.found == "the token lacks groups:history, usergroups:read"
    assert "reinstall" in scopes.advice
    assert broken(findings) == ["scopes", "allowlist"]
    assert "usergroups:read" in named(findings, "allowlist").found
    assert named(findings, "approvers").ok is None


async def test_a_scope_too_many_is_good_to_know(slack: Slack) -> None:
    await slack.settings(scopes=[*sorted(MANIFEST.scopes), "team:read"])

    findings = await look(installed(slack))

    assert named(findings, "scopes").ok is None
    assert "files:write" in named(findings, "scopes").found
    assert broken(findings) == []


@pytest.mark.parametrize(
    ("channel", "words", "advice"),
    [
        (GENERAL, "the bot is not in #general", "/invite @tenantbot"),
        (SHARED, "#with-harbour is shared with another organization", "SLACK_OPS_CHANNEL"),
        ("C0NOWHERE01", "channel_not_found", "/invite @tenantbot"),
    ],
)
async def test_the_channel_is_one_to_talk_in(slack: Slack, channel: str, words: str, advice: str) -> None:
    findings = await look(installed(slack, ops_channel=channel))

    assert broken(findings) == ["ops channel"]
    assert words in named(findings, "ops channel").found
    assert advice in named(findings, "ops channel").advice


async def test_an_archived_channel_is_named(slack: Slack, state: State) -> None:
    await state.pool.execute("update slack_channels set is_archived = true where id = $1", OPS)

    assert named(await look(installed(slack)), "ops channel").found == "#ops is archived"


async def test_the_digest_channel_is_looked_at_where_there_is_one(slack: Slack) -> None:
    findings = await look(installed(slack, digest_channel=GENERAL))

    assert broken(findings) == ["digest channel"]


async def test_a_wrong_bot_token_leaves_the_rest_unchecked(slack: Slack) -> None:
    wrong = Secret(f"xoxb-fake-{secrets.token_hex(8)}")

    findings = await look(installed(slack, bot_token=wrong))

    assert broken(findings) == ["bot token"]
    assert "invalid_auth" in named(findings, "bot token").found
    assert "Bot User OAuth Token" in named(findings, "bot token").advice
    assert named(findings, "Socket Mode").ok is True
    for name in ("scopes", "ops channel", "allowlist", "approvers"):
        assert named(findings, name).found == "not checked: it takes a bot token that works"


async def test_a_wrong_app_token_is_told_how_to_be_made(slack: Slack) -> None:
    wrong = Secret(f"xapp-fake-{secrets.token_hex(8)}")

    findings = await look(installed(slack, app_token=wrong))

    assert broken(findings) == ["Socket Mode"]
    assert "connections:write" in named(findings, "Socket Mode").advice


async def test_an_app_token_without_its_scope_is_told_how_to_be_made(slack: Slack) -> None:
    await slack.settings(app_scopes=["authorizations:read"])

    found = named(await look(installed(slack)), "Socket Mode")

    assert found.ok is False
    assert "missing_scope" in found.found
    assert "connections:write" in found.advice


async def test_tokens_that_were_mixed_up_are_seen_without_asking(slack: Slack) -> None:
    mixed = installed(slack, bot_token=Secret(slack.app_token), app_token=Secret(slack.bot_token))

    findings = await look(mixed)

    said = [finding.found for finding in findings if finding.name == "settings"]
    assert [words.split(" is ")[0] for words in said] == ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"]
    assert "an app-level token; it should be a bot token" in said[0]
    assert named(findings, "bot token").ok is None
    assert named(findings, "Socket Mode").ok is None


async def test_an_app_token_of_another_app_is_seen(slack: Slack) -> None:
    client = AsyncWebClient(token=slack.app_token, base_url=f"{slack.url}/api/")

    found = await check_socket(client, bot_app="A0OTHERAPP1")

    assert found.ok is False
    assert found.found == "SLACK_APP_TOKEN is of app A0TENANTBOT, SLACK_BOT_TOKEN of app A0OTHERAPP1"


async def test_socket_mode_that_is_off_is_told_to_be_switched_on(slack: Slack) -> None:
    await slack.settings(request_url="http://127.0.0.1:9/slack/events")

    found = named(await look(installed(slack)), "Socket Mode")

    assert found.found == "Socket Mode is switched off"
    assert "enable it" in found.advice


async def test_http_needs_no_app_token(slack: Slack) -> None:
    findings = await look(installed(slack, app_token=None))

    assert broken(findings) == []
    assert [finding for finding in findings if finding.name == "Socket Mode"] == []


async def test_a_signing_secret_has_its_shape(slack: Slack) -> None:
    findings = await look(installed(slack, app_token=None, signing_secret=Secret("a" * 24)))

    assert broken(findings) == ["signing secret"]
    assert "Signing Secret" in named(findings, "signing secret").advice


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("U0NOBODY001", "U0NOBODY001 is no person of this workspace"),
        (DEACTIVATED, f"{DEACTIVATED} is deactivated"),
        (GUEST, f"{GUEST} is a guest"),
        (OTHER_BOT, f"{OTHER_BOT} is a bot"),
        (STRANGER, f"{STRANGER} is of another organization"),
        ("S0NOGROUP01", "no_such_subteam"),
    ],
)
async def test_who_may_not_act_is_named(slack: Slack, entry: str, words: str) -> None:
    findings = await look(installed(slack, operators=(OPERATOR, entry)))

    assert broken(findings) == ["allowlist"]
    assert named(findings, "allowlist").found.startswith("TENANTBOT_OPERATORS: ")
    assert words in named(findings, "allowlist").found


async def test_a_guest_in_a_group_is_good_to_know(slack: Slack) -> None:
    await slack.page.put(f"/groups/{OPERATORS}/members", json={"users": [OPERATOR, GUEST]})

    findings = await look(installed(slack))

    assert broken(findings) == []
    odd = [finding for finding in findings if finding.name == "allowlist"]
    assert [finding.ok for finding in odd] == [None, True]
    assert f"{GUEST} is a guest" in odd[0].found


async def test_without_two_approvers_it_says_what_they_will_be_needed_for(slack: Slack) -> None:
    for approvers, words in (((), "nobody may approve"), ((VIEWER,), "one person may approve")):
        findings = await look(installed(slack, approvers=approvers))

        assert broken(findings) == []
        assert named(findings, "approvers").ok is None
        assert named(findings, "approvers").found == words


async def test_every_missing_setting_is_a_finding(slack: Slack) -> None:
    findings = await look(Installation(f"{slack.url}/api/", None, None, None, None))

    missing = [finding for finding in findings if finding.name == "settings"]
    assert [finding.found.split()[0] for finding in missing] == [
        "SLACK_BOT_TOKEN",
        "SLACK_APP_TOKEN",
        "SLACK_OPS_CHANNEL",
        "TENANTBOT_OPERATORS",
    ]
    assert all(finding.ok is False and finding.advice for finding in missing)
    assert broken(findings) == ["settings"] * 4


async def test_a_slack_that_is_away_is_no_traceback(slack: Slack) -> None:
    findings = await look(installed(slack, api_url=f"http://127.0.0.1:{choose_port()}/api/"))

    assert broken(findings) == ["bot token", "Socket Mode"]
    assert "SLACK_API_URL" in named(findings, "bot token").advice


@pytest.mark.parametrize("kind", ["5xx", "html", "dropped", "internal_error"])
async def test_a_slack_that_is_ill_is_no_traceback(slack: Slack, kind: str) -> None:
    await slack.faults.add("slack", "", kind, None, 0)

    findings = await look(installed(slack))

    assert broken(findings) == ["bot token", "Socket Mode"]


async def test_something_that_is_not_slack_is_no_traceback(slack: Slack) -> None:
    findings = await look(installed(slack, api_url=f"{slack.url}/page/api/"))

    assert broken(findings) == ["bot token", "Socket Mode"]


async def test_an_old_database_is_told_how_to_be_upgraded(slack: Slack) -> None:
    async def worker_alive() -> bool:
        raise Refused("The registry's database is not up to date (it lacks 007); run `tenantbot db upgrade`.")

    findings = [finding async for finding in examine(installed(slack), MANIFEST, worker_alive)]

    assert named(findings, "database").found == "The registry's database is not up to date (it lacks 007)"
    assert named(findings, "database").advice == "Run `tenantbot db upgrade`."
    assert named(findings, "worker").ok is None
    assert broken(findings) == ["database"]


async def test_a_database_that_is_away_is_a_finding(slack: Slack) -> None:
    async def worker_alive() -> bool:
        raise Transient("The registry's database can't be opened (refused); check DATABASE_URL.")

    findings = [finding async for finding in examine(installed(slack), MANIFEST, worker_alive)]

    assert named(findings, "database").advice == "Check DATABASE_URL."


async def test_no_worker_is_good_to_know(slack: Slack) -> None:
    findings = await look(installed(slack), worker=False)

    assert broken(findings) == []
    assert named(findings, "worker").ok is None
    assert "tenantbot worker" in named(findings, "worker").advice


def settings_of(slack: Slack) -> dict[str, str]:
    """Everything that an installation has, with Slack's stand-in and a database that is away."""
    return {
        "DATABASE_URL": f"postgresql://doctor@127.0.0.1:{choose_port()}/registry",
        "TENANTBOT_SECRET_KEYS": new_key().reveal(),
        "SUPABASE_ACCESS_TOKEN": secrets.token_hex(8),
        "SUPABASE_ORGANIZATION": "taskifai",
        "PLATFORM_REGISTRY": "none",
        "MAIL_URL": "smtp://127.0.0.1:25",
        "MAIL_FROM": "welcome@taskifai.test",
        "SLACK_API_URL": f"{slack.url}/api/",
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_OPS_CHANNEL": OPS,
        "TENANTBOT_OPERATORS": f"{OPERATORS},{OPERATOR}",
        "TENANTBOT_APPROVERS": APPROVERS,
    }


async def run_doctor(home: Path, settings: Mapping[str, str], *arguments: str) -> tuple[int, str, str]:
    """Run `tenantbot doctor` as a person would, with these settings and no others."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", "doctor", *arguments),
        cwd=home,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(MANIFEST_FILE.parent), **settings},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def test_the_command_prints_a_line_for_each_check_and_what_to_do(slack: Slack, tmp_path: Path) -> None:
    code, out, err = await run_doctor(tmp_path, settings_of(slack))

    assert code == 1
    assert "✓ settings " in out
    assert "✗ database " in out
    assert "– worker " in out
    assert "→ Check DATABASE_URL" in out
    assert "Traceback" not in out + err


async def test_the_command_answers_with_one_document(slack: Slack, tmp_path: Path) -> None:
    code, out, _ = await run_doctor(tmp_path, settings_of(slack), "--json")

    said = json.loads(out)
    assert code == 1
    assert said["ok"] is False
    assert all(set(check) == {"name", "ok", "found", "advice"} for check in said["checks"])
    assert {check["name"]: check["ok"] for check in said["checks"]} == {
        "settings": True,
        "database": False,
        "worker": None,
        "bot token": True,
        "scopes": True,
        "Socket Mode": True,
        "ops channel": True,
        "allowlist": True,
        "approvers": True,
    }


async def test_the_command_names_every_setting_that_keeps_it_from_looking(tmp_path: Path) -> None:
    password = secrets.token_hex(8)
    wrong = {
        "DATABASE_URL": f"mysql://doctor:{password}@127.0.0.1/registry",
        "SLACK_OPS_CHANNEL": "#ops",
        "TENANTBOT_OPERATORS": "@operator",
    }

    code, out, err = await run_doctor(tmp_path, wrong, "--json")

    checks = json.loads(out)["checks"]
    said = {check["found"].split()[0]: check for check in checks}
    assert code == 1
    assert said["DATABASE_URL"]["found"].startswith("DATABASE_URL is malformed")
    assert said["TENANTBOT_SECRET_KEYS"]["ok"] is False
    assert "tenantbot keys new" in said["TENANTBOT_SECRET_KEYS"]["advice"]
    assert "at the end of About" in said["SLACK_OPS_CHANNEL"]["advice"]
    assert said["TENANTBOT_OPERATORS"]["found"].endswith(")")
    assert "Copy member ID" in said["TENANTBOT_OPERATORS"]["advice"]
    assert checks[-1]["found"] == "not checked: it takes all settings"
    assert password not in out + err


def test_a_sandbox_that_does_not_start_is_a_finding() -> None:
    findings = unreadable_settings(Permanent("The stand-ins did not start.", code="sandbox"))

    assert [(finding.ok, finding.found) for finding in findings] == [
        (False, "The stand-ins did not start."),
        (None, "not checked: it takes all settings"),
    ]
