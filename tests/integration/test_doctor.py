"""The doctor looks at Slack: everything well, and each thing that people get wrong."""

import dataclasses
import secrets
from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.doctor import Installation, check_settings, slack_check, unreadable_settings
from bot.doctor.socket_mode import check_socket
from bot.manifest import Manifest
from provisioning.doctor.finding import Finding
from provisioning.domain.secret import Secret
from provisioning.errors import Permanent
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


async def look(at: Installation) -> list[Finding]:
    return [*check_settings(at), *await slack_check(at, MANIFEST).look()]


def named(findings: list[Finding], name: str) -> Finding:
    (found,) = (finding for finding in findings if finding.name == name)
    return found


def broken(findings: list[Finding]) -> list[str]:
    return [finding.name for finding in findings if finding.ok is False]


async def test_all_is_well(slack: Slack) -> None:
    findings = await look(installed(slack))

    assert [(finding.name, finding.ok) for finding in findings] == [
        ("settings", True),
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
    assert "team:read" in named(findings, "scopes").found
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


def test_a_sandbox_that_does_not_start_is_a_finding() -> None:
    findings = unreadable_settings(Permanent("The stand-ins did not start.", code="sandbox"))

    assert [(finding.ok, finding.found) for finding in findings] == [
        (False, "The stand-ins did not start."),
        (None, "not checked: it takes all settings"),
    ]
