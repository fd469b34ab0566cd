"""Reading what Slack sends: who, where, what, and the name that the same request has when it comes again."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.allowlist import Caller
from bot.visit import Visit, read_command, read_event, read_interaction
from provisioning.domain.actor import Actor, Role

TEAM, USER, CHANNEL = "T0TASKIFAI1", "U0OPERATOR1", "C0OPS000001"
URL = "https://hooks.slack.test/x"
COMMAND = {
    "user_id": USER,
    "team_id": TEAM,
    "channel_id": CHANNEL,
    "text": "status customerinc",
    "trigger_id": "1.2.3",
    "response_url": URL,
}
CLICK: dict[str, Any] = {
    "user": {"id": USER, "team_id": TEAM},
    "team": {"id": "T0OTHER"},
    "channel": {"id": CHANNEL},
    "trigger_id": "1.2.3",
    "response_url": URL,
}


def test_reads_a_command() -> None:
    request = read_command(COMMAND, None)
    assert request.caller == Caller(USER, TEAM, None, CHANNEL)
    assert (request.place, request.value, request.trigger_id) == ("message", "status customerinc", "1.2.3")
    assert request.response_url == URL
    assert request.with_value("x").value == "x"


def test_reads_a_click_by_the_person_s_own_team() -> None:
    request = read_interaction(CLICK, None, value="run-1")
    assert request.caller == Caller(USER, TEAM, None, CHANNEL)
    assert (request.place, request.value) == ("message", "run-1")


def test_reads_the_team_of_the_payload_where_the_person_has_none() -> None:
    assert read_interaction({**CLICK, "user": {"id": USER}}, None).caller.team == "T0OTHER"


@pytest.mark.parametrize(("kind", "place"), [("modal", "modal"), ("home", "home")])
def test_a_view_is_a_place_of_its_own(kind: str, place: str) -> None:
    body = {"user": CLICK["user"], "view": {"id": "V1", "type": kind}, "trigger_id": "1.2.3"}
    request = read_interaction(body, None)
    assert request.place == place
    assert request.caller.channel is None
    assert request.response_url is None


def test_a_form_may_bring_its_own_address_to_answer_to() -> None:
    body = {
        **CLICK,
        "response_url": None,
        "view": {"type": "modal"},
        "response_urls": [{"response_url": URL}],
    }
    assert read_interaction(body, None).response_url == URL


def test_reads_who_opened_the_home_tab() -> None:
    request = read_event({"team_id": TEAM, "event_id": "Ev1", "event": {"user": USER, "tab": "home"}})
    assert request.caller == Caller(USER, TEAM, None, None)
    assert (request.place, request.key) == ("home", "Ev1")


def test_a_request_is_named_by_its_signature_or_its_trigger() -> None:
    assert read_command(COMMAND, "v0=ab").key == "signature v0=ab"
    assert read_command(COMMAND, None).key == "trigger 1.2.3"
    assert read_command({**COMMAND, "trigger_id": ""}, None).key is None


def test_a_run_remembers_where_it_was_asked_for() -> None:
    visit = Visit(Actor("slack", USER, "Ada", Role.OPERATOR), read_command(COMMAND, None))
    assert visit.origin == {"surface": "slack", "team": TEAM, "user": USER, "channel": CHANNEL}
    assert visit.value == "status customerinc"


SCALARS = st.none() | st.text(max_size=5)
NAMED = st.dictionaries(st.sampled_from(["id", "team_id", "type", "user", "tab"]), SCALARS)
BODIES: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "user": st.none() | NAMED,
        "team": st.none() | NAMED,
        "enterprise": st.none() | NAMED,
        "channel": st.none() | NAMED,
        "view": st.none() | NAMED,
        "event": st.none() | NAMED,
        "text": SCALARS,
        "trigger_id": SCALARS,
        "response_url": SCALARS,
        "response_urls": st.none() | st.just([]),
    },
)


@given(BODIES)
def test_what_is_missing_is_nobody_and_nowhere(body: dict[str, Any]) -> None:
    for request in (read_command(body, None), read_interaction(body, None), read_event(body)):
        assert isinstance(request.caller.user, str)
        assert isinstance(request.value, str)
        assert request.place in {"message", "modal", "home"}
