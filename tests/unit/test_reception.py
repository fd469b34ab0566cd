"""From a request to an answer: acknowledged before anything else, done once, refusals recorded, always answered."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import reception as rooms
from bot.allowlist import Allowlist, Caller, NotAdmitted
from bot.blocks.kit import Message, section
from bot.blocks.notices import notice_view, trouble_message
from bot.desk import Desk, Seen
from bot.errands import Errands
from bot.outbox.answers import Answers
from bot.outbox.calls import SlackCalls
from bot.outbox.errors import SlackRefused
from bot.reception import CLOSE_ALL, Reception, Reply, point_out, show
from bot.visit import Place, Request, Visit
from provisioning.control_plane.plans import Choices
from provisioning.domain.actor import Actor, Role
from provisioning.errors import Refused, Transient
from tests.fakes.wire import TRANSACTION
from tests.fakes.world import World

USER, TEAM = "U0OPERATOR1", "T0TASKIFAI1"
ACTOR = Actor("slack", USER, "Ada", Role.OPERATOR, TEAM)
SAID = Message("done", (section("done"),))
URL = "https://hooks.slack.test/x"


class ADoorThatKnows(Allowlist):
    """Lets everybody in but those who are on its list of strangers."""

    def __init__(self) -> None:
        self.strangers: dict[str, str] = {}
        self.asked: list[bool] = []

    async def admit(self, caller: Caller, *, destructive: bool = False) -> Actor:
        self.asked.append(destructive)
        if reason := self.strangers.get(caller.user):
            raise NotAdmitted(replace(ACTOR, id=caller.user, role=None), reason, "not_listed")
        return replace(ACTOR, id=caller.user)


class Said(Answers):
    def __init__(self) -> None:
        self.texts: list[str] = []

    async def answer(
        self, response_url: str, message: Message, *, replace_original: bool = False, ephemeral: bool = True
    ) -> None:
        assert response_url == URL
        assert ephemeral
        self.texts.append(message.text)


class Opened(SlackCalls):
    def __init__(self) -> None:
        self.views: list[tuple[str, str]] = []

    async def call(self, method: str, *, within: float | None = None, **arguments: Any) -> Mapping[str, Any]:
        self.views.append((method, str(arguments["view"])))
        return {"ok": True, "view": {"id": "V1"}}


class Ack:
    """Bolt's way to acknowledge; keeps what it was given, and when."""

    def __init__(self, order: list[str]) -> None:
        self.replies: list[Mapping[str, Any] | None] = []
        self._order = order

    async def __call__(self, reply: Mapping[str, Any] | None = None) -> None:
        self._order.append("ack")
        self.replies.append(reply)


@dataclass
class Lobby:
    """A reception with everything around it; `order` is what happened when."""

    world: World

    def __post_init__(self) -> None:
        self.order: list[str] = []
        self.said, self.opened, self.door = Said(), Opened(), ADoorThatKnows()
        self.desk = self.new_desk()

    def new_desk(self) -> Desk:
        return Desk(
            control=self.world.control, calls=self.opened, answers=self.said, allowlist=self.door,
            clock=self.world.clock, ops_channel="C0OPS000001", domain="taskifai.test",
            choices=Choices((), (), ""), errands=Errands(quiet=0), seen=Seen(),
        )  # fmt: skip

    async def act(self, desk: Desk, visit: Visit) -> Message:
        self.order.append(f"act for {visit.actor.id}")
        return SAID

    async def serve(self, request: Request, act: Any = None, *, desk: Desk | None = None, **more: Any) -> Ack:
        ack, desk = Ack(self.order), desk or self.desk
        await Reception(desk).serve(ack, request, act or self.act, **more)  # type: ignore[arg-type]  # Bolt's shape
        await desk.errands.finish(seconds=60)
        desk.errands = Errands(quiet=0)
        return ack

    async def take(self, request: Request, take: Any, **more: Any) -> list[Mapping[str, Any] | None]:
        ack = Ack(self.order)
        await Reception(self.desk).take(ack, request, take, **more)  # type: ignore[arg-type]  # Bolt's shape
        return ack.replies

    def audited(self) -> list[tuple[str, str, str]]:
        rows = self.world.records.tables.audit
        return [(row["action"], row["actor_id"], row["reason"]) for row in rows]


def a_request(key: str | None = "trigger 1", *, user: str = USER, place: Place = "message") -> Request:
    url = URL if place == "message" else None
    return Request(Caller(user, TEAM, None, None), key, place, "", "1.2.3", url, {})


@pytest.fixture
def lobby(world: World) -> Lobby:
    return Lobby(world)


async def test_acknowledges_before_anything_is_asked(lobby: Lobby) -> None:
    before = len(lobby.world.wire.calls)

    class AskedEarly(Ack):
        async def __call__(self, reply: Mapping[str, Any] | None = None) -> None:
            assert lobby.door.asked == []
            assert len(lobby.world.wire.calls) == before
            await super().__call__(reply)

    ack = AskedEarly(lobby.order)
    await Reception(lobby.desk).serve(ack, a_request(), lobby.act)  # type: ignore[arg-type]  # Bolt's shape
    assert lobby.order == ["ack"]
    await lobby.desk.errands.finish(seconds=60)
    assert lobby.order == ["ack", f"act for {USER}"]
    assert lobby.said.texts == ["done"]


async def test_the_same_request_is_acknowledged_again_and_done_once(lobby: Lobby) -> None:
    for _ in range(3):
        assert (await lobby.serve(a_request())).replies == [None]
    assert lobby.order.count(f"act for {USER}") == 1
    assert lobby.said.texts == ["done"]


async def test_another_process_knows_what_was_done(lobby: Lobby) -> None:
    await lobby.serve(a_request())
    await lobby.serve(a_request(), desk=lobby.new_desk())
    assert lobby.said.texts == ["done"]


async def test_requests_without_a_name_are_all_done(lobby: Lobby) -> None:
    await lobby.serve(a_request(None))
    await lobby.serve(a_request(None))
    assert len(lobby.said.texts) == 2


@settings(max_examples=30, deadline=None)
@given(
    keys=st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=4),
    order=st.randoms(use_true_random=False),
)
async def test_the_same_request_served_three_times_acts_once(keys: list[str], order: Any) -> None:
    """Whichever process it comes to, and however the copies are mixed."""
    lobby = Lobby(World())
    desks = [lobby.desk, lobby.new_desk()]
    copies = [key for key in keys for _ in range(3)]
    order.shuffle(copies)
    for key in copies:
        await lobby.serve(a_request(key), desk=order.choice(desks))
    assert lobby.order.count(f"act for {USER}") == len(set(keys))


async def test_while_the_registry_is_away_this_process_still_knows(lobby: Lobby) -> None:
    lobby.world.wire.fail(TRANSACTION, Transient("away", code="database_unreachable"), times=9)
    await lobby.serve(a_request())
    await lobby.serve(a_request())
    assert lobby.said.texts == ["done"]


async def test_whoever_is_turned_away_hears_why_and_it_is_recorded(lobby: Lobby) -> None:
    lobby.door.strangers = {"U0STRANGER1": "You are not on the list."}
    await lobby.serve(a_request(user="U0STRANGER1"))
    assert lobby.order == ["ack"]
    assert "You are not on the list." in lobby.said.texts[0]
    assert lobby.audited() == [("slack.message", "U0STRANGER1", "You are not on the list.")]


async def test_a_refusal_is_said_also_when_it_can_not_be_recorded(lobby: Lobby) -> None:
    lobby.door.strangers = {USER: "You are not on the list."}
    lobby.world.wire.fail(TRANSACTION, Transient("away", code="database_unreachable"), times=9)
    await lobby.serve(a_request())
    assert len(lobby.said.texts) == 1


async def test_before_something_destructive_the_list_is_asked_anew(lobby: Lobby) -> None:
    await lobby.serve(a_request("a"))
    await lobby.serve(a_request("b"), destructive=True)
    assert lobby.door.asked == [False, True]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Refused("customerinc is taken.", code="taken"), "customerinc is taken."),
        (Transient("The registry's database does not answer.", code="x"), "does not answer"),
        (SlackRefused("views.open", "invalid_blocks", "Slack refused views.open."), "Slack did not take it"),
        (ValueError("secret detail"), "I did not foresee"),
    ],
)
async def test_whatever_happens_whoever_asked_is_answered(lobby: Lobby, fault: Exception, words: str) -> None:
    async def act(_desk: Desk, _visit: Visit) -> Message:
        raise fault

    await lobby.serve(a_request(), act)
    assert len(lobby.said.texts) == 1
    assert words in lobby.said.texts[0]
    assert "secret detail" not in lobby.said.texts[0]


async def _hangs(*_: Any) -> Any:
    await asyncio.Event().wait()


async def test_a_door_that_hangs_is_answered_for(lobby: Lobby, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "_ACT_SECONDS", 0.05)
    await lobby.serve(a_request(), _hangs)
    assert "does not answer" in lobby.said.texts[0]


async def test_a_door_that_hangs_when_asked_whether_it_is_new_does_not_stop_the_answer(
    lobby: Lobby, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms, "_ONCE_SECONDS", 0.05)
    lobby.world.wire.once_before(TRANSACTION, _hangs)
    await lobby.serve(a_request())
    assert lobby.said.texts == ["done"]


@pytest.mark.parametrize(("place", "method"), [("modal", "views.push"), ("home", "views.open")])
async def test_where_no_channel_is_the_answer_is_a_view(lobby: Lobby, place: Place, method: str) -> None:
    await lobby.serve(a_request(place=place))
    ((called, view),) = lobby.opened.views
    assert called == method
    assert "done" in view


async def test_nothing_to_say_is_not_said(lobby: Lobby) -> None:
    async def act(_desk: Desk, _visit: Visit) -> None:
        return None

    await lobby.serve(a_request(), act)
    assert (lobby.said.texts, lobby.opened.views) == ([], [])


async def test_a_form_is_answered_in_its_acknowledgement(lobby: Lobby) -> None:
    async def take(_desk: Desk, _visit: Visit) -> Reply:
        return point_out({"subdomain": "taken"})

    replies = await lobby.take(a_request(place="modal"), take)
    assert replies == [{"response_action": "errors", "errors": {"subdomain": "taken"}}]


async def test_a_form_that_comes_again_is_taken_once(lobby: Lobby) -> None:
    taken = []

    async def take(_desk: Desk, visit: Visit) -> Reply:
        taken.append(visit)
        return CLOSE_ALL

    request = a_request(place="modal")
    assert await lobby.take(request, take) == [CLOSE_ALL]
    assert await lobby.take(request, take) == [None]
    lobby.desk = lobby.new_desk()
    assert await lobby.take(request, take) == [{}]
    assert len(taken) == 1


async def test_a_form_of_somebody_who_is_turned_away_says_so_and_is_recorded(lobby: Lobby) -> None:
    lobby.door.strangers = {USER: "You are not on the list."}
    replies = await lobby.take(a_request(place="modal"), _hangs)
    assert replies == [show(notice_view("Not allowed", "You are not on the list."))]
    assert lobby.audited() == [("slack.modal", USER, "You are not on the list.")]


async def test_a_form_whose_door_hangs_is_acknowledged_in_time(
    lobby: Lobby, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rooms._TAKE_SECONDS < 3
    monkeypatch.setattr(rooms, "_TAKE_SECONDS", 0.05)
    ((reply),) = await lobby.take(a_request(place="modal"), _hangs)
    assert "does not answer" in str(reply)


@pytest.mark.parametrize(
    ("fault", "title"),
    [
        (Refused("It is suspended.", code="suspended"), "Refused"),
        (Transient("The registry's database does not answer.", code="x"), "Not now"),
        (SlackRefused("views.open", "x", "No."), "Not now"),
        (ValueError("secret detail"), "Not now"),
    ],
)
async def test_a_form_that_fails_says_so_in_its_view(lobby: Lobby, fault: Exception, title: str) -> None:
    async def take(_desk: Desk, _visit: Visit) -> Reply:
        raise fault

    (reply,) = await lobby.take(a_request(place="modal"), take)
    assert reply is not None
    assert reply["view"]["title"]["text"] == title
    assert "secret detail" not in str(reply)


def test_the_trouble_of_a_person_without_a_role_is_a_refusal() -> None:
    assert trouble_message("x").text != rooms._in_words(Refused("x", code="not_allowed")).text
