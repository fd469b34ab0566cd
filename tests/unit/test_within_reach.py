"""Nobody is shown a button that would refuse them, where nobody else sees the message."""

import pytest

from bot.app import ACTIONS
from bot.blocks import ids
from bot.blocks.approval_card import approval_buttons
from bot.blocks.kit import Message, actions, button, section
from bot.blocks.within_reach import NEEDED, message_for, view_for
from provisioning.domain.actor import Actor, Role
from provisioning.errors import Refused
from tests.block_kit import buttons_of
from tests.fakes.worker import FakeWorker
from tests.fakes.world import SUBDOMAIN, World
from tests.unit.test_lockdown_in_slack import APPROVER, OPERATOR, a_visit
from tests.unit.test_reception import Lobby

LOOKER = Actor("slack", "U0VIEWER001", "Vera", Role.VIEWER, "T0TASKIFAI1")
OF_THE_QUESTION = {ids.APPROVAL_APPROVE, ids.APPROVAL_REJECT}
IN_A_FORM = {ids.COMPANY, ids.PROVISION_BACK, ids.RESTORE_BACK, ids.LIST_PAGE, ids.HOME_REFRESH}


@pytest.mark.parametrize("name", sorted(ACTIONS.keys() - OF_THE_QUESTION - IN_A_FORM))
async def test_a_viewer_is_refused_by_exactly_these(name: str, world: World) -> None:
    lobby = Lobby(world)
    refusal = ""
    try:
        await ACTIONS[name](lobby.desk, a_visit(LOOKER, SUBDOMAIN))
    except Refused as fault:
        refusal = fault.code
    assert (refusal == "not_allowed") is (name in NEEDED)


def test_what_is_out_of_reach_is_left_out() -> None:
    look, act = button(ids.TENANT_STATUS, "Status", "x"), button(ids.TENANT_VERIFY, "Verify", "x")
    blocks = (section("a", accessory=act), section("b", accessory=look), actions(act, look), actions(act))
    seen = message_for(LOOKER, Message("x", blocks))
    assert seen.blocks == (section("a"), section("b", accessory=look), actions(look))
    assert message_for(OPERATOR, Message("x", blocks)).blocks == blocks
    assert view_for(LOOKER, {"type": "home", "blocks": list(blocks)})["blocks"] == list(seen.blocks)


async def test_only_the_other_is_asked_to_approve(world: World, worker: FakeWorker) -> None:
    await worker.provision()
    asked = await world.control.approvals.request_deprovision(
        APPROVER, SUBDOMAIN, confirm=SUBDOMAIN, reason="they left"
    )
    other = Actor("slack", "U0APPROVER2", "Mary", Role.APPROVER, "T0TASKIFAI1")
    shown = {
        who: [one["text"]["text"] for one in approval_buttons(asked, reader=reader)]
        for who, reader in {"all": None, "own": APPROVER, "other": other, "operator": OPERATOR}.items()
    }
    assert shown == {
        "all": ["Approve", "Reject …"],
        "own": ["Reject …"],
        "other": ["Approve", "Reject …"],
        "operator": [],
    }


async def test_a_viewer_looks_at_a_tenant_without_being_offered_to_change_it(
    world: World, worker: FakeWorker
) -> None:
    await worker.provision()
    lobby = Lobby(world)
    message = await ACTIONS[ids.TENANT_STATUS](lobby.desk, a_visit(LOOKER, SUBDOMAIN))
    assert message is not None
    assert buttons_of(message_for(LOOKER, message)).keys() == {"Open tenant"}
