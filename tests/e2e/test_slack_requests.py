"""Whose requests are taken, which are no requests at all, and what is answered while Supabase is down."""

import asyncio
from pathlib import Path

import pytest

from sandbox.slack.workspace import (
    DEACTIVATED,
    GUEST,
    OPERATOR,
    OTHER_BOT,
    SHARED,
    STRANGER,
    VIEWER,
)
from tests.block_kit import words_of
from tests.e2e.bot import Bot
from tests.e2e.evidence import WHOLE, audited, evidence
from tests.e2e.installation import real_settings, run_outside, slack_settings
from tests.e2e.signed_requests import Sender
from tests.e2e.slack import Slack, admin_of, ask_everything, until
from tests.e2e.terminal import Terminal


async def test_a_viewer_may_look_and_not_provision(slack: Slack, slack_terminal: Terminal, bot: Bot) -> None:
    viewer = slack.be(VIEWER)
    for line in ("/tenant", "/tenant help", "/tenant list", "/tenant status"):
        assert "🚫" not in (await viewer.ask(line))["text"]

    answer = await viewer.ask("/tenant provision Acme")

    assert answer["text"].startswith("🚫")
    assert "operator" in answer["text"]
    assert await viewer.views() == []
    assert await audited(slack_terminal, VIEWER, "operator") == 1


@pytest.mark.parametrize(
    ("user", "channel", "words"),
    [
        (GUEST, None, "guests"),
        (STRANGER, SHARED, "members of"),
        (OPERATOR, SHARED, "shared with another organization"),
    ],
    ids=["guest", "stranger", "shared channel"],
)
async def test_whoever_may_not_is_told_so_alone_and_it_is_audited(
    slack: Slack, slack_terminal: Terminal, bot: Bot, user: str, channel: str | None, words: str
) -> None:
    person = slack.be(user, channel=channel) if channel else slack.be(user)
    before = [message["ts"] for message in await person.messages() if not message["is_ephemeral"]]

    answer = await person.ask("/tenant provision Acme")

    assert words in answer["text"]
    assert await person.views() == []
    assert await audited(slack_terminal, user, words) == 1
    assert [message["ts"] for message in await person.messages() if not message["is_ephemeral"]] == before


@pytest.mark.parametrize(
    ("user", "team", "words"),
    [
        (DEACTIVATED, "T0TASKIFAI1", "deactivated"),
        (OTHER_BOT, "T0TASKIFAI1", "other apps"),
        (OPERATOR, "T0ELSEWHERE", "the workspace that I am installed in"),
        ("U0NOBODY000", "T0TASKIFAI1", "does not know you"),
    ],
    ids=["deactivated", "bot", "other workspace", "unknown"],
)
async def test_a_signature_alone_opens_no_door(
    slack: Slack, slack_terminal: Terminal, bot: Bot, user: str, team: str, words: str
) -> None:
    sender = Sender(slack_terminal, bot)
    body = await sender.command("provision Acme", user=user, team=team)

    assert (await sender.send(body, sender.headers(body))).status_code == 200

    async def look() -> bool:
        told = any(words in text for text in await sender.answers(user))
        return told and await audited(slack_terminal, user, words) == 1

    await until(look, bool, f"{words}, said and audited")


async def test_the_same_request_three_times_acts_once(
    slack: Slack, slack_terminal: Terminal, bot: Bot
) -> None:
    sender = Sender(slack_terminal, bot)
    form = await slack.open("/tenant provision Company of once-only")
    await slack.submit(form, subdomain="once-only", email=admin_of("once-only"))
    plan = sender.submission(await slack.until_view("It costs", "Back to the form"))

    assert await _send_thrice(sender, plan) == ["", "", '{"response_action": "clear"}']

    await slack.until_root("once-only", "is verified")
    verify = await sender.command("verify once-only", user=OPERATOR)
    before = len(await sender.answers(OPERATOR))
    assert await _send_thrice(sender, verify) == ["", "", ""]
    root = await slack.until_root("once-only", "is verified", kind="verify")
    await slack.until_thread(root, "is verified")
    assert len(await sender.answers(OPERATOR)) == before + 1
    async with slack_terminal.registry() as registry:
        assert await registry.fetchval("select count(*) from runs where subdomain = 'once-only'") == 2
        asked = "select count(*) from audit_log where subdomain = 'once-only' and action like '%.requested'"
        assert await registry.fetchval(asked) == 2
    assert await evidence(slack_terminal, "once-only") == WHOLE


async def test_what_slack_has_not_signed_just_now_is_turned_away(
    slack: Slack, slack_terminal: Terminal, bot: Bot
) -> None:
    sender = Sender(slack_terminal, bot)
    body = await sender.command("help", user=OPERATOR)
    before = await sender.answers(OPERATOR)
    good = sender.headers(body)
    stamp, signature = "x-slack-request-timestamp", "x-slack-signature"
    bad: list[dict[str, str]] = [
        good | changes
        for changes in (
            {stamp: "yesterday"},
            {stamp: "1e9"},
            {stamp: "²"},
            {stamp: "9" * 400},
            {stamp: ""},
            {signature: "v0=ü" + good[signature][4:]},
            {signature: "v0=" + "0" * 64},
            {signature: good[signature].upper()},
            {signature: ""},
            sender.headers(body, age=3600),
            sender.headers(body, age=-3600),
            sender.headers(body + "&text=list"),
        )
    ]
    bad += [{"content-type": good["content-type"]}]

    for headers in bad:
        assert (await sender.send(body, headers)).status_code == 401, headers
    assert (await sender.send(b"\xff\xfe", good)).status_code == 401

    assert "Traceback" not in bot.said
    assert await sender.answers(OPERATOR) == before
    assert (await sender.send(body, good)).status_code == 200


async def test_every_command_is_answered_while_supabase_is_down(
    slack: Slack, slack_terminal: Terminal, bot: Bot
) -> None:
    await slack_terminal.fault("supabase", "5xx")

    answers = await ask_everything(slack)

    assert not any("did not foresee" in text for text in map(words_of, answers))
    form = await slack.open("/tenant provision Company of no-supabase")
    assert await slack.submit(form, subdomain="no-supabase", email=admin_of("no-supabase")) == {}
    plan = await slack.until_view("It costs", "Provision anyway")
    assert "✗ *Supabase token*" in words_of(plan)
    assert "Traceback" not in bot.said


async def test_what_the_bot_can_not_start_without_is_named_at_once(
    slack_terminal: Terminal, tmp_path: Path
) -> None:
    settings = real_settings(slack_terminal) | slack_settings(slack_terminal)
    unreachable = settings | {"SLACK_SIGNING_SECRET": "", "SLACK_APP_TOKEN": " "}

    nothing, unsigned = await asyncio.gather(
        run_outside(tmp_path, {}, "web"), run_outside(tmp_path, unreachable, "web")
    )

    assert nothing.returncode == unsigned.returncode == 2
    for name in (
        *("DATABASE_URL", "TENANTBOT_SECRET_KEYS", "SUPABASE_ACCESS_TOKEN", "SUPABASE_ORGANIZATION"),
        *("PLATFORM_ADMIN_URL", "PLATFORM_ADMIN_TOKEN", "MAIL_URL", "MAIL_FROM", "SLACK_BOT_TOKEN"),
        *("SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_OPS_CHANNEL", "TENANTBOT_OPERATORS"),
    ):
        assert name in nothing.stderr
    told = [line for line in unsigned.stderr.splitlines() if "missing" in line]
    assert len(told) == 1
    assert "SLACK_SIGNING_SECRET" in told[0]
    assert "Traceback" not in nothing.stderr + unsigned.stderr


async def _send_thrice(sender: Sender, body: str) -> list[str]:
    """Send one signed request twice at once and then again; return what was answered, sorted."""
    headers = sender.headers(body)
    answers = list(await asyncio.gather(*(sender.send(body, headers) for _ in range(2))))
    answers.append(await sender.send(body, headers))
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    return sorted(answer.text for answer in answers)
