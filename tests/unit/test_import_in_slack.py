"""A hand-made tenant's password is never asked for in Slack: the verb answers with what to do instead."""

import pytest

from bot.listeners import importing
from provisioning.errors import Refused
from tests.block_kit import check_message, words_of
from tests.fakes.world import VIEWER, World
from tests.unit.test_lockdown_in_slack import OPERATOR, a_visit
from tests.unit.test_reception import Lobby


@pytest.mark.parametrize(
    ("typed", "name"), [("", "SUBDOMAIN"), ("harbour", "harbour"), ("<@U0BOSS>`x`", "&lt;@u0boss&gt;x")]
)
async def test_answers_with_the_command_for_a_terminal(world: World, typed: str, name: str) -> None:
    answer = await importing.tell(Lobby(world).desk, a_visit(OPERATOR, typed))
    check_message(answer)
    assert f"tenantbot import --subdomain {name} --company" in words_of(answer)
    assert "stays readable there" in answer.text


async def test_a_viewer_is_refused(world: World) -> None:
    with pytest.raises(Refused, match="import needs an operator"):
        await importing.tell(Lobby(world).desk, a_visit(VIEWER))
