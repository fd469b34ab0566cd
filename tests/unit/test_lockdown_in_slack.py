"""A lockdown as people see it in Slack: the questions before, the card, the thread, the banner."""

from collections.abc import Mapping
from typing import Any

import pytest

from bot.allowlist import Caller
from bot.blocks.home import home_view
from bot.blocks.kit import Message
from bot.blocks.tenant_list import overview_message
from bot.blocks.tenant_status import status_message
from bot.listeners import deprovision, lockdown
from bot.outbox.calls import SlackCalls
from bot.visit import Request, Visit
from provisioning.domain.actor import Actor, Role
from provisioning.domain.approval import ApprovalState
from provisioning.domain.lockdown import FLEET
from provisioning.domain.run import RunState
from provisioning.errors import Refused
from tests.block_kit import buttons_of, check_message, check_view, elements_of, words_of
from tests.fakes.fleet import add_tenant
from tests.fakes.slack import Posted
from tests.fakes.worker import FakeWorker
from tests.fakes.world import VIEWER, World
from tests.unit.test_reception import Lobby
from tests.unit.test_reporter.newsroom import Newsroom

OPERATOR = Actor("slack", "U0OPERATOR1", "Ada", Role.OPERATOR, "T0TASKIFAI1")
APPROVER = Actor("slack", "U0APPROVER1", "Grace", Role.APPROVER, "T0TASKIFAI1")


class Forms(SlackCalls):
    def __init__(self) -> None:
        self.opened: list[dict[str, Any]] = []

    async def call(self, method: str, *, within: float | None = None, **arguments: Any) -> Mapping[str, Any]:
        assert method == "views.open"
        self.opened.append(arguments["view"])
        return {"ok": True}


@pytest.fixture
async def lobby(world: World) -> Lobby:
    await add_tenant(world, "alpha")
    await add_tenant(world, "bravo")
    return Lobby(world)


@pytest.fixture
def newsroom(lobby: Lobby) -> Newsroom:
    return Newsroom(lobby.world)


def a_visit(actor: Actor, value: str = "", *, view: Mapping[str, Any] | None = None) -> Visit:
    caller = Caller(actor.id, actor.team, None, "C0GENERAL01")
    return Visit(actor, Request(caller, None, "message", value, "1.2.3", None, view or {}))


def filled(view: Mapping[str, Any], **values: str) -> dict[str, Any]:
    given = {name: {name: {"value": value}} for name, value in values.items()}
    return {**view, "state": {"values": given}}


async def opened(lobby: Lobby, visit: Visit, act: Any = lockdown.ask) -> dict[str, Any]:
    """The form that a command opens."""
    lobby.desk.calls = forms = Forms()
    assert await act(lobby.desk, visit) is None
    (view,) = forms.opened
    check_view(view)
    return view


def shown(posted: Posted) -> Message:
    message = Message(posted.text, tuple(posted.blocks))
    check_message(message)
    return message


async def test_asks_only_approvers_for_the_word(lobby: Lobby) -> None:
    inputs = {
        actor.name: [one["action_id"] for one in elements_of(await opened(lobby, a_visit(actor, "a leak")))]
        for actor in (OPERATOR, APPROVER)
    }
    assert inputs == {"Ada": ["reason"], "Grace": ["reason", "confirm"]}


async def test_a_viewer_is_refused_before_the_form(lobby: Lobby) -> None:
    with pytest.raises(Refused, match="needs an operator"):
        await lockdown.ask(lobby.desk, a_visit(VIEWER, "a leak"))


async def test_points_the_wrong_word_out(lobby: Lobby) -> None:
    view = await opened(lobby, a_visit(APPROVER))
    reply = await lockdown.take_form(
        lobby.desk, a_visit(APPROVER, view=filled(view, reason="a leak", confirm="yes"))
    )
    assert set(reply["errors"]) == {"confirm"}


async def test_from_the_question_to_the_lift(lobby: Lobby, newsroom: Newsroom, worker: FakeWorker) -> None:
    world, slack = lobby.world, newsroom.slack
    view = await opened(lobby, a_visit(OPERATOR, "a leak"))
    await lockdown.take_form(lobby.desk, a_visit(OPERATOR, view=filled(view, reason="a leak")))
    await newsroom.look()
    card = shown(slack.roots[0])
    assert "<@U0OPERATOR1> asks for a *LOCKDOWN* of all tenants" in words_of(card)
    assert "2 active tenants will be suspended" in words_of(card)
    assert {"Approve", "Reject …"} == set(buttons_of(card))
    approval_id = (await world.control.approvals.find(VIEWER, FLEET)).approval_id

    assert (
        "the lockdown begins now"
        in (await deprovision.approve(lobby.desk, a_visit(APPROVER, approval_id))).text
    )
    run_id = (await world.control.approvals.find(VIEWER, approval_id)).run_id
    assert run_id is not None
    assert (await worker.finish(run_id)).state is RunState.SUCCEEDED
    await newsroom.look(3)
    thread = shown(slack.roots[1])
    assert "*LOCKDOWN*: suspending every active tenant" in words_of(thread)
    assert "2 of 2 refused at their own URL" in words_of(thread)
    assert "Lift …" in buttons_of(thread)

    form = await opened(lobby, a_visit(OPERATOR, "lift it is over"))
    await lockdown.take_lift(lobby.desk, a_visit(OPERATOR, view=filled(form, reason="it is over")))
    asked = await world.control.approvals.find(VIEWER, FLEET)
    assert (asked.action, asked.state) == ("lift", ApprovalState.PENDING)
    await newsroom.look()
    assert "asks to *lift the lockdown*" in words_of(shown(slack.roots[2]))
    check_message(await deprovision.approve(lobby.desk, a_visit(APPROVER, asked.approval_id)))
    decided = await world.control.approvals.find(VIEWER, asked.approval_id)
    assert decided.run_id is not None
    await worker.finish(decided.run_id)
    await newsroom.look(3)
    assert "2 brought back" in words_of(shown(slack.roots[3]))


async def test_a_banner_stands_wherever_tenants_are_shown(lobby: Lobby) -> None:
    world = lobby.world
    await world.control.lockdowns.request(APPROVER, reason="a <leak>", confirm="LOCKDOWN")
    fleet = await world.control.views.fleet(VIEWER)
    home = home_view(fleet, [], user_id="U0OPERATOR1", now=world.clock.now())
    check_view(home)
    overview = overview_message(fleet, now=world.clock.now())
    check_message(overview)
    for place in (home, overview):
        assert "🔒 *LOCKDOWN*" in words_of(place)
        assert "a &lt;leak&gt;" in words_of(place)
        assert "Lift …" in buttons_of(place)
    answer = await lockdown.ask(lobby.desk, a_visit(OPERATOR, "again"))
    assert answer is not None
    check_message(answer)
    status = status_message(
        await world.control.views.status(VIEWER, FLEET), now=world.clock.now(), worker_alive=True
    )
    check_message(status)
    assert "Lockdown of all tenants" in words_of(status)


async def test_says_that_there_is_nothing_to_lift(lobby: Lobby) -> None:
    answer = await lockdown.ask_lift(lobby.desk, a_visit(OPERATOR))
    assert answer is not None
    assert "No lockdown is in force" in answer.text
