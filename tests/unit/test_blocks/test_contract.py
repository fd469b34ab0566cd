"""The checks themselves: what Slack refuses does not pass, and what nobody may say does not either."""

from typing import Any

import pytest

from bot.blocks.kit import Message, actions, button, modal, section
from sandbox.slack.refusals import Refusal
from tests.block_kit import check_message, check_payload, check_view, open_contract


def test_the_published_contract_is_at_hand() -> None:
    contract = open_contract()
    assert contract.takes_message([section("x")])


@pytest.mark.parametrize(
    "blocks",
    [
        [section("")],
        [section("x" * 3001)],
        [section("x")] * 51,
        [section("x", block_id="a"), section("y", block_id="a")],
        [actions(button("a", "A", "1"), button("a", "B", "2"))],
        [section("x" * 2900)] * 4,
        [section("<!channel>")],
        [section("<@U0BOSS")],
        [section("R&D")],
    ],
)
def test_refuses_a_message_that_slack_or_we_do_not_want(blocks: list[Any]) -> None:
    with pytest.raises((AssertionError, Refusal)):
        check_message(Message("x", tuple(blocks)))


def test_refuses_a_message_without_a_text() -> None:
    with pytest.raises(AssertionError):
        check_message(Message(" ", (section("x"),)))


@pytest.mark.parametrize("kind", ["plan", "table"])
def test_refuses_a_view_with_blocks_of_messages(kind: str) -> None:
    with pytest.raises((AssertionError, Refusal)):
        check_view(modal("T", [{"type": kind, "title": "x", "rows": []}], callback_id="x"))


def test_checks_the_arguments_of_a_call() -> None:
    check_payload("chat.update", {"channel": "C1", "ts": "1.2", "text": "x", "blocks": [section("x")]})
    check_payload("views.open", {"view": modal("T", [section("x")], callback_id="x")})
    check_payload("users.info", {"user": "U1"})
    with pytest.raises(AssertionError):
        check_payload("views.publish", {"view": modal("T", [section("x")], callback_id="x")})
    with pytest.raises((AssertionError, Refusal)):
        check_payload("chat.postMessage", {"text": "x", "blocks": '[{"type": "section"}]'})
