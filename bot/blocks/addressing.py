"""Speaking to people by id, so that Slack tells them."""

from collections.abc import Iterable

from bot.blocks.kit import mention, mention_group


def address(ids: Iterable[str]) -> str:
    """People and groups of people, once each."""
    return " ".join(mention_group(one) if one.startswith("S") else mention(one) for one in dict.fromkeys(ids))
