"""The allowlist against Slack's stand-in: its people, its channels, its groups."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.allowlist import Allowlist, Caller, NotAdmitted, Rules
from bot.outbox.calls import SlackCalls
from bot.outbox.client import open_slack as open_client
from bot.people import People
from provisioning.domain.actor import Role
from provisioning.domain.secret import Secret
from sandbox.slack.workspace import (
    APPROVER,
    APPROVER2,
    APPROVERS,
    DEACTIVATED,
    GENERAL,
    GUEST,
    OPERATOR,
    OPERATORS,
    OPS,
    OTHER_BOT,
    SHARED,
    SLACKBOT,
    STRANGER,
    VIEWER,
    VIEWERS,
)
from sandbox.state import State
from tests.fakes.clock import FakeClock
from tests.integration.slack_stand_in import Slack, open_slack

TEAM, HARBOUR = "T0TASKIFAI1", "T0HARBOUR01"
EVERYBODY = (VIEWER, OPERATOR, APPROVER, APPROVER2, GUEST, DEACTIVATED, OTHER_BOT, STRANGER, SLACKBOT)
GROUPS = Rules(viewers=(VIEWERS,), operators=(OPERATORS,), approvers=(APPROVERS,))


@pytest.fixture
async def slack(state: State) -> AsyncIterator[Slack]:
    async with open_slack(state) as slack:
        yield slack


@pytest.fixture
async def calls(slack: Slack) -> AsyncIterator[SlackCalls]:
    async with open_client(Secret(slack.bot_token), api_url=f"{slack.url}/api/") as client:
        yield SlackCalls(client, clock=FakeClock())


def new_allowlist(calls: SlackCalls, rules: Rules = GROUPS) -> Allowlist:
    return Allowlist(People(calls, clock=FakeClock()), rules, team=TEAM)


async def code(allowlist: Allowlist, user: str, channel: str | None = OPS, team: str = TEAM) -> str:
    """Return the role of whoever is admitted, or why they are not."""
    try:
        return (await allowlist.admit(Caller(user, team, None, channel))).role or ""
    except NotAdmitted as no:
        return no.code


async def test_the_four_people_have_their_roles(calls: SlackCalls) -> None:
    allowlist = new_allowlist(calls)
    roles = [await code(allowlist, user) for user in (VIEWER, OPERATOR, APPROVER, APPROVER2)]
    assert roles == [Role.VIEWER, Role.OPERATOR, Role.APPROVER, Role.APPROVER]


async def test_nobody_else_gets_in_though_they_were_on_the_list(calls: SlackCalls) -> None:
    allowlist = new_allowlist(calls, Rules(approvers=EVERYBODY))
    others = (GUEST, DEACTIVATED, OTHER_BOT, STRANGER)
    assert [await code(allowlist, user) for user in others] == ["guest", "deactivated", "bot", "stranger"]
    assert await code(allowlist, STRANGER, team=HARBOUR) == "other_team"
    assert await code(allowlist, SLACKBOT) in ("unknown_person", "bot")
    assert await code(allowlist, "U0NOBODY001") == "unknown_person"


async def test_only_channels_of_our_own_will_do(calls: SlackCalls) -> None:
    allowlist = new_allowlist(calls)
    assert await code(allowlist, OPERATOR, channel=SHARED) == "shared_channel"
    assert await code(allowlist, OPERATOR, channel="G0PRIVATE01") == "not_in_channel"
    assert await code(allowlist, OPERATOR, channel=GENERAL) == Role.OPERATOR
    opened = (await calls.call("conversations.open", users=OPERATOR))["channel"]["id"]
    assert await code(allowlist, OPERATOR, channel=opened) == Role.OPERATOR


async def test_a_changed_group_counts_at_once_for_something_destructive(
    slack: Slack, calls: SlackCalls
) -> None:
    allowlist = new_allowlist(calls)
    assert await code(allowlist, APPROVER) == Role.APPROVER
    await slack.page.put(f"/groups/{APPROVERS}/members", json={"users": [APPROVER2]})
    assert await code(allowlist, APPROVER) == Role.APPROVER
    with pytest.raises(NotAdmitted, match="not on tenantbot's list"):
        await allowlist.admit(Caller(APPROVER, TEAM, None, OPS), destructive=True)


async def test_a_missing_scope_admits_only_those_who_are_named(slack: Slack, calls: SlackCalls) -> None:
    await slack.settings(scopes=["users:read", "channels:read"])
    allowlist = new_allowlist(calls, Rules(operators=(OPERATORS,), approvers=(APPROVER,)))
    assert await code(allowlist, APPROVER) == Role.APPROVER
    assert await code(allowlist, OPERATOR) == "groups_unknown"


async def test_fifty_people_who_click_at_once_stay_within_the_limits(calls: SlackCalls) -> None:
    allowlist = new_allowlist(calls)
    callers = [(VIEWER, OPERATOR, APPROVER, APPROVER2)[number % 4] for number in range(50)]
    codes = await asyncio.gather(*(code(allowlist, user) for user in callers))
    assert sorted(set(codes)) == [Role.APPROVER, Role.OPERATOR, Role.VIEWER]
