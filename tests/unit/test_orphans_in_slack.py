"""An orphan's removal as people ask for it in Slack: by the button beside it, its ref typed where we did not name it."""

from typing import Any

import pytest

from bot.listeners import orphans
from provisioning.domain.approval import ApprovalState
from provisioning.domain.project import project_name
from provisioning.domain.secret import Secret
from provisioning.errors import Refused
from tests.block_kit import buttons_of, check_message, elements_of, words_of
from tests.fakes.projects import MadeProject
from tests.fakes.worker import FakeWorker
from tests.fakes.world import VIEWER, World
from tests.unit.test_lockdown_in_slack import APPROVER, OPERATOR, a_visit, filled
from tests.unit.test_reception import Lobby
from tests.unit.test_restore_in_slack import Views


@pytest.fixture
async def lobby(world: World, worker: FakeWorker) -> Lobby:
    await worker.provision()
    return Lobby(world)


@pytest.fixture
async def second(lobby: Lobby) -> MadeProject:
    """A second project of a tenant."""
    return lobby.world.projects.make(lobby.world.project.name, password=Secret("fake"))


@pytest.fixture
async def foreign(lobby: Lobby) -> MadeProject:
    """One that is named as ours are, and of which the registry knows nothing."""
    return lobby.world.projects.make(project_name("Other Inc", "0a1b2c3d"), password=Secret("fake"))


async def opened(lobby: Lobby, ref: str) -> dict[str, Any]:
    lobby.desk.calls = views = Views()
    assert await orphans.ask_removal(lobby.desk, a_visit(OPERATOR, ref)) is None
    return views.drawn[-1]


def inputs_of(view: dict[str, Any]) -> list[str]:
    return [one["action_id"] for one in elements_of(view) if one["type"] == "plain_text_input"]


async def test_from_the_list_to_the_question(lobby: Lobby, second: MadeProject) -> None:
    listed = await orphans.show_orphans(lobby.desk, a_visit(VIEWER))
    check_message(listed)
    assert buttons_of(listed) == {"Remove …": f"orphan_remove {second.ref}"}
    form = await opened(lobby, second.ref)
    assert second.ref in words_of(form)
    assert inputs_of(form) == ["reason"]
    reply = await orphans.take_form(lobby.desk, a_visit(OPERATOR, view=filled(form, reason="nobody uses it")))
    assert "An approver has until" in words_of(reply["view"])
    asked = await lobby.world.control.approvals.find(VIEWER, second.ref)
    assert (asked.state, asked.reason, asked.origin["user"]) == (
        ApprovalState.PENDING,
        "nobody uses it",
        OPERATOR.id,
    )
    assert second.ref in lobby.world.projects.alive
    decided = await lobby.world.control.approvals.approve(APPROVER, asked.approval_id)
    assert decided.state is ApprovalState.APPROVED


async def test_what_we_did_not_name_must_be_typed(lobby: Lobby, foreign: MadeProject) -> None:
    form = await opened(lobby, foreign.ref)
    assert inputs_of(form) == ["confirm", "reason"]
    for typed, reason, wrong in (("abc", "not ours", "confirm"), (foreign.ref, "x", "reason")):
        view = filled(form, reason=reason, confirm=typed)
        reply = await orphans.take_form(lobby.desk, a_visit(OPERATOR, view=view))
        assert reply["errors"].keys() == {wrong}
        assert "--" not in reply["errors"][wrong]
    view = filled(form, reason="not ours", confirm=foreign.ref)
    assert "view" in await orphans.take_form(lobby.desk, a_visit(OPERATOR, view=view))


async def test_what_is_no_orphan_any_more_is_said(lobby: Lobby, second: MadeProject) -> None:
    form = await opened(lobby, second.ref)
    await lobby.world.projects.delete(second.ref)
    assert "is no orphan any more" in words_of(await opened(lobby, second.ref))
    with pytest.raises(Refused, match="is no orphan"):
        await orphans.take_form(lobby.desk, a_visit(OPERATOR, view=filled(form, reason="gone")))


async def test_a_viewer_may_only_look(lobby: Lobby, second: MadeProject) -> None:
    with pytest.raises(Refused, match="needs an operator"):
        await orphans.ask_removal(lobby.desk, a_visit(VIEWER, second.ref))
