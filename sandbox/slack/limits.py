"""How often an app may call: windows of a minute per method, and one message a second per channel."""

import math

from sandbox.slack.desk import Desk
from sandbox.slack.refusals import RateLimited
from sandbox.slack.sql import read_script
from sandbox.slack.workspace import Workspace

TIER1, TIER2, TIER3, TIER4 = 1, 20, 50, 100
SPECIAL = 600  # methods that Slack limits by rules of their own, "hundreds per minute"
_BURST = 4.0
_PER_SECOND = 1.0
_COUNT = read_script("count_call.sql")
_SPEND = read_script("spend_allowance.sql")


async def count_call(desk: Desk, workspace: Workspace, method: str, per_minute: int) -> None:
    row = await desk.state.pool.fetchrow(_COUNT, method)
    assert row is not None
    if row["used"] > per_minute * workspace.limit_scale:
        raise RateLimited(row["seconds_left"])


async def spend_message(desk: Desk, workspace: Workspace, channel: str) -> None:
    """Take one message out of a channel's allowance, which fills again by one a second."""
    rate = _PER_SECOND * workspace.limit_scale
    row = await desk.state.pool.fetchrow(_SPEND, f"channel {channel}", _BURST * workspace.limit_scale, rate)
    assert row is not None
    if row["level"] < 0:
        raise RateLimited(max(1, math.ceil(-row["level"] / rate)))
