"""Block Kit as Slack takes it: every block, element and limit, checked by rules of our own."""

from sandbox.slack.blocks.fill import fill_ids
from sandbox.slack.blocks.surfaces import check_message_blocks, check_view

__all__ = ["check_message_blocks", "check_view", "fill_ids"]
