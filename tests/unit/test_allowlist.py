"""Who is let in: by id and by group, from where, and what happens when Slack does not say."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from bot.allowlist import Allowlist, Caller, NotAdmitted, Rules
from bot.outbox.errors import SlackAway, SlackRefused
from bot.people import People
from provisioning.domain.actor import Role
from tests.fakes.clock import FakeClock

TEAM, OTHER_TEAM, ORGANIZATION = "T0OURS", "T0THEIRS", "E0OURS"
ANN, BOB, CAT = "U0ANN", "W0BOB", "U0CAT"
OPS, SHARED = "C0OPS", "C0SHARED"
VIEWERS, OPERATORS, APPROVERS = "S0VIEWERS", "S0OPERATORS", "S0APPROVERS"
RULES = Rules(viewers=(VIEWERS,), operators=(OPERATORS,), approvers=(APPROVERS,))


class FakeSlack:
    """A workspace's people, groups and channels, as far as an allowlist asks for them."""

    def __init__(self) -> None:
        self.people: dict[str, dict[str, Any]] = {
            user: {"id": user, "team_id": TEAM, "real_name": user.title()} for user in (ANN, BOB, CAT)
        }
        self.groups: dict[str, list[str]] = {VIEWERS: [CAT], OPERATORS: [ANN], APPROVERS: [BOB]}
        self.channels: dict[str, dict[str, Any]] = {OPS: {"id": OPS}, SHARED: {"id": SHARED}}
        self.channels[SHARED]["is_ext_shared"] = True
        self.away: set[str] = set()
        self.asked: list[tuple[str, str]] = []

    async def call(self, method: str, *, within: float | None = None, **arguments: Any) -> Mapping[str, Any]:
        (what,) = arguments.values()
        self.asked.append((method, what))
        await asyncio.sleep(0)
        if method in self.away:
            raise SlackAway(method, "unreachable", "Slack can't be reached.")
        match method:
            case "users.info":
                return {"user": self._find(method, self.people, what, "user_not_found")}
            case "usergroups.users.list":
                return {"users": self._find(method, self.groups, what, "no_such_subteam")}
            case "conversations.info":
                return {"channel": self._find(method, self.channels, what, "channel_not_found")}
        raise SlackRefused(method, "unknown_method", "Slack does not know it.")

    def _find(self, method: str, these: Mapping[str, Any], what: str, otherwise: str) -> Any:
        if what not in these:
            raise SlackRefused(method, otherwise, otherwise)
        return these[what]

    def count(self, method: str) -> int:
        return sum(name == method for name, _ in self.asked)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def slack() -> FakeSlack:
    return FakeSlack()


@pytest.fixture
def allowlist(slack: FakeSlack, clock: FakeClock) -> Allowlist:
    return new_allowlist(slack, clock)


def new_allowlist(slack: FakeSlack, clock: FakeClock, rules: Rules = RULES) -> Allowlist:
    return Allowlist(People(slack, clock=clock), rules, team=TEAM)


def caller(
    user: str, *, team: str | None = TEAM, enterprise: str | None = None, channel: str | None = OPS
) -> Caller:
    return Caller(user, team, enterprise, channel)


async def refused(allowlist: Allowlist, who: Caller, *, destructive: bool = False) -> NotAdmitted:
    with pytest.raises(NotAdmitted) as caught:
        await allowlist.admit(who, destructive=destructive)
    assert caught.value.actor.role is None
    assert "nothing" in caught.value.message
    return caught.value


async def test_gives_everybody_the_role_of_their_group(allowlist: Allowlist) -> None:
    roles = {user: (await allowlist.admit(caller(user))).role for user in (ANN, BOB, CAT)}
    assert roles == {ANN: Role.OPERATOR, BOB: Role.APPROVER, CAT: Role.VIEWER}


async def test_an_actor_is_an_id_with_a_name_for_people(allowlist: Allowlist, slack: FakeSlack) -> None:
    slack.people[ANN] |= {"real_name": "", "profile": {"real_name": f" Ann\n\u202eof  Ops {'x' * 200}"}}
    actor = await allowlist.admit(caller(ANN))
    assert (actor.surface, actor.id, actor.team) == ("slack", ANN, TEAM)
    assert actor.name.startswith("Ann of Ops xxx")
    assert len(actor.name) == 80


async def test_the_highest_role_wins_and_ids_need_no_group(slack: FakeSlack, clock: FakeClock) -> None:
    rules = Rules(viewers=(ANN, BOB), operators=(OPERATORS, BOB), approvers=(BOB,))
    allowlist = new_allowlist(slack, clock, rules)
    assert (await allowlist.admit(caller(BOB))).role is Role.APPROVER
    assert slack.count("usergroups.users.list") == 0
    assert (await allowlist.admit(caller(ANN))).role is Role.OPERATOR


async def test_refuses_whoever_is_on_no_list_and_tells_their_id(slack: FakeSlack, clock: FakeClock) -> None:
    allowlist = new_allowlist(slack, clock, Rules(operators=(BOB,)))
    no = await refused(allowlist, caller(ANN))
    assert (no.code, no.actor.id, no.actor.name) == ("not_listed", ANN, "U0Ann")
    assert ANN in no.message
    assert (await refused(new_allowlist(slack, clock, Rules()), caller(ANN))).code == "not_listed"


@pytest.mark.parametrize(
    ("mark", "code"),
    [
        ("is_restricted", "guest"),
        ("is_ultra_restricted", "guest"),
        ("is_bot", "bot"),
        ("deleted", "deactivated"),
        ("is_stranger", "stranger"),
    ],
)
async def test_refuses_accounts_that_are_no_members(
    slack: FakeSlack, clock: FakeClock, mark: str, code: str
) -> None:
    slack.people[ANN][mark] = True
    assert (await refused(new_allowlist(slack, clock, Rules(approvers=(ANN,))), caller(ANN))).code == code


async def test_refuses_slackbot_although_slack_calls_it_no_bot(slack: FakeSlack, clock: FakeClock) -> None:
    slack.people["USLACKBOT"] = {"id": "USLACKBOT", "team_id": TEAM, "is_bot": False}
    allowlist = new_allowlist(slack, clock, Rules(approvers=("USLACKBOT",)))
    assert (await refused(allowlist, caller("USLACKBOT"))).code == "bot"


@pytest.mark.parametrize("user", ["", "ann", "S0OPERATORS", "U0ANN\n", "U0 ANN", "u0ann"])
async def test_refuses_what_is_no_id_of_a_person_without_asking(
    allowlist: Allowlist, slack: FakeSlack, user: str
) -> None:
    assert (await refused(allowlist, caller(user))).code == "unknown_person"
    assert slack.asked == []


async def test_refuses_people_of_other_teams_and_of_none(allowlist: Allowlist, slack: FakeSlack) -> None:
    assert (await refused(allowlist, caller(ANN, team=None))).code == "other_team"
    assert (await refused(allowlist, caller(ANN, team=OTHER_TEAM))).code == "other_team"
    slack.people[ANN]["team_id"] = OTHER_TEAM
    assert (await refused(allowlist, caller(ANN))).code == "other_team"


async def test_a_person_without_a_team_is_of_the_one_that_the_payload_names(
    allowlist: Allowlist, slack: FakeSlack
) -> None:
    del slack.people[ANN]["team_id"]
    assert (await allowlist.admit(caller(ANN))).role is Role.OPERATOR
    assert (
        await refused(allowlist, caller(ANN, team=OTHER_TEAM, enterprise=ORGANIZATION))
    ).code == "other_team"


async def test_admits_members_of_several_workspaces_of_one_organization(
    allowlist: Allowlist, slack: FakeSlack
) -> None:
    slack.people[ANN] |= {
        "team_id": OTHER_TEAM,
        "enterprise_user": {"enterprise_id": ORGANIZATION, "teams": [OTHER_TEAM, TEAM]},
    }
    assert (await allowlist.admit(caller(ANN))).role is Role.OPERATOR
    there = caller(ANN, team=OTHER_TEAM, enterprise=ORGANIZATION)
    assert (await allowlist.admit(there)).role is Role.OPERATOR
    elsewhere = caller(ANN, team=OTHER_TEAM, enterprise="E0OTHER")
    assert (await refused(allowlist, elsewhere)).code == "other_team"
    assert (await refused(allowlist, caller(ANN, team=OTHER_TEAM))).code == "other_team"


async def test_refuses_members_of_the_organization_who_are_not_in_our_workspace(
    allowlist: Allowlist, slack: FakeSlack
) -> None:
    slack.people[ANN] |= {
        "team_id": OTHER_TEAM,
        "enterprise_user": {"enterprise_id": ORGANIZATION, "teams": [OTHER_TEAM]},
    }
    there = caller(ANN, team=OTHER_TEAM, enterprise=ORGANIZATION)
    assert (await refused(allowlist, there)).code == "other_team"


async def test_refuses_people_whom_slack_does_not_know(allowlist: Allowlist) -> None:
    assert (await refused(allowlist, caller("U0NOBODY"))).code == "unknown_person"


async def test_refuses_channels_that_others_read(allowlist: Allowlist, slack: FakeSlack) -> None:
    no = await refused(allowlist, caller(ANN, channel=SHARED))
    assert (no.code, no.actor.name) == ("shared_channel", "U0Ann")
    slack.channels["C0SOON"] = {"id": "C0SOON", "is_pending_ext_shared": True}
    assert (await refused(allowlist, caller(ANN, channel="C0SOON"))).code == "shared_channel"
    slack.channels["C0ORG"] = {"id": "C0ORG", "is_shared": True, "is_org_shared": True}
    assert (await allowlist.admit(caller(ANN, channel="C0ORG"))).role is Role.OPERATOR


async def test_asks_to_be_invited_where_it_can_see_nothing(allowlist: Allowlist) -> None:
    no = await refused(allowlist, caller(ANN, channel="G0PRIVATE"))
    assert no.code == "not_in_channel"
    assert "`/invite @tenantbot`" in no.message
    assert "#ops" in no.message


@pytest.mark.parametrize("channel", [None, "D0ANN"])
async def test_the_home_tab_and_the_conversation_with_the_app_need_no_look(
    allowlist: Allowlist, slack: FakeSlack, channel: str | None
) -> None:
    await allowlist.admit(caller(ANN, channel=channel))
    assert slack.count("conversations.info") == 0


@pytest.mark.parametrize(
    ("method", "code"),
    [
        ("users.info", "who_unknown"),
        ("conversations.info", "where_unknown"),
        ("usergroups.users.list", "groups_unknown"),
    ],
)
async def test_admits_nobody_while_slack_does_not_say(
    allowlist: Allowlist, slack: FakeSlack, method: str, code: str
) -> None:
    slack.away.add(method)
    no = await refused(allowlist, caller(ANN))
    assert no.code == code
    assert "try again in a minute" in no.message
    slack.away.clear()
    assert (await allowlist.admit(caller(ANN))).role is Role.OPERATOR


async def test_an_unreadable_answer_admits_nobody(allowlist: Allowlist, slack: FakeSlack) -> None:
    slack.people[ANN] = {"id": BOB, "team_id": TEAM}
    assert (await refused(allowlist, caller(ANN))).code == "who_unknown"
    slack.channels[OPS] = None  # type: ignore[assignment]
    assert (await refused(allowlist, caller(BOB))).code == "where_unknown"


async def test_a_slack_without_groups_still_has_people(slack: FakeSlack, clock: FakeClock) -> None:
    slack.groups.clear()
    allowlist = new_allowlist(slack, clock, Rules(viewers=(CAT,), operators=(OPERATORS,)))
    assert (await allowlist.admit(caller(CAT))).role is Role.VIEWER
    assert (await allowlist.admit(caller(CAT), destructive=True)).role is Role.VIEWER
    assert (await refused(allowlist, caller(ANN))).code == "groups_unknown"


async def test_fifty_callers_at_once_make_one_call_of_each_kind(
    allowlist: Allowlist, slack: FakeSlack
) -> None:
    await asyncio.gather(*(allowlist.admit(caller(BOB)) for _ in range(50)))
    assert sorted(slack.asked) == [
        ("conversations.info", OPS), ("usergroups.users.list", APPROVERS), ("users.info", BOB),
    ]  # fmt: skip


async def test_asks_again_when_time_has_passed_or_something_has_changed(
    allowlist: Allowlist, slack: FakeSlack, clock: FakeClock
) -> None:
    await allowlist.admit(caller(BOB))
    slack.groups[APPROVERS] = []
    slack.groups[OPERATORS] = [BOB]
    assert (await allowlist.admit(caller(BOB))).role is Role.APPROVER
    allowlist.forget_group(APPROVERS)
    assert (await allowlist.admit(caller(BOB))).role is Role.OPERATOR
    slack.people[BOB]["deleted"] = True
    assert (await allowlist.admit(caller(BOB))).role is Role.OPERATOR
    allowlist.forget_person(BOB)
    assert (await refused(allowlist, caller(BOB))).code == "deactivated"
    slack.people[BOB]["deleted"] = False
    await clock.sleep(61)
    assert (await allowlist.admit(caller(BOB))).role is Role.OPERATOR
    slack.groups[OPERATORS] = []
    await clock.sleep(121)
    assert (await refused(allowlist, caller(BOB))).code == "not_listed"


async def test_before_something_destructive_everything_is_asked_anew(
    allowlist: Allowlist, slack: FakeSlack
) -> None:
    await allowlist.admit(caller(BOB))
    slack.groups[APPROVERS] = []
    assert (await allowlist.admit(caller(BOB))).role is Role.APPROVER
    assert (await refused(allowlist, caller(BOB), destructive=True)).code == "not_listed"


@pytest.mark.parametrize(("user", "role"), [(CAT, Role.VIEWER), (ANN, Role.OPERATOR), (BOB, Role.OPERATOR)])
async def test_members_of_minutes_ago_may_work_but_decide_nothing_while_groups_are_unread(
    allowlist: Allowlist, slack: FakeSlack, clock: FakeClock, user: str, role: Role
) -> None:
    for one in (ANN, BOB, CAT):
        await allowlist.admit(caller(one))
    slack.away.add("usergroups.users.list")
    await clock.sleep(200)
    assert (await allowlist.admit(caller(user))).role is role
    assert (await refused(allowlist, caller(user), destructive=True)).code == "groups_unknown"
    await clock.sleep(200)
    assert (await refused(allowlist, caller(user))).code == "groups_unknown"
