"""How often an app may call: windows of a minute per method, and allowances that tolerate a short burst."""

import math

from sandbox.slack.desk import Desk
from sandbox.slack.refusals import RateLimited
from sandbox.slack.sql import read_script
from sandbox.slack.workspace import Workspace

TIER1, TIER2, TIER3, TIER4 = 1, 20, 50, 100
SPECIAL = 600  # methods that Slack limits by rules of their own, "hundreds per minute"
_BURST, _PER_SECOND = 4.0, 1.0  # of messages in one channel
_RARE_BURST = 10.0  # of methods that are for rare use: as many as an app may have sockets
_COUNT = read_script("count_call.sql")
_SPEND = read_script("spend_allowance.sql")


async def count_call(desk: Desk, workspace: Workspace, method: str, per_minute: int) -> None:
    if per_minute == TIER1:
        await _spend(desk, workspace, f"method {method}", _RARE_BURST, TIER1 / 60)
        return
    row = await desk.state.pool.fetchrow(_COUNT, method)
    assert row is not None
    if row["used"] > per_minute * workspace.limit_scale:
        raise RateLimited(row["seconds_left"])


async def spend_message(desk: Desk, workspace: Workspace, channel: str) -> None:
    """Take one message out of a channel's allowance, which fills again by one a second."""
    await _spend(desk, workspace, f"channel {channel}", _BURST, _PER_SECOND)


async def _spend(desk: Desk, workspace: Workspace, bucket: str, burst: float, per_second: float) -> None:
    most, rate = max(1.0, burst * workspace.limit_scale), per_second * workspace.limit_scale
    await desk.state.pool.execute(
        "insert into slack_allowances (bucket, level, at) values ($1, $2, clock_timestamp())"
        " on conflict do nothing",
        bucket,
        most,
    )
    left_over = await desk.state.pool.fetchval(_SPEND, bucket, most, rate)
    if left_over < 0:
        raise RateLimited(max(1, math.ceil(-left_over / rate)))
