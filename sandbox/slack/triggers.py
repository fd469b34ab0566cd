"""Trigger ids: what a person's click is worth, once and for three seconds, in views opened for them."""

import secrets
import time
from dataclasses import dataclass

from sandbox.slack.desk import Desk
from sandbox.slack.refusals import Refusal, invalid_arguments
from sandbox.slack.sql import read_script

_USE = read_script("use_trigger.sql")


@dataclass(frozen=True)
class Trigger:
    person_id: str
    view_id: str | None


async def make_trigger(desk: Desk, person: str, view: str | None = None) -> str:
    trigger = f"{time.time_ns() // 1000}.{secrets.randbelow(10**13)}.{secrets.token_hex(16)}"
    await desk.state.pool.execute(
        "insert into slack_triggers (id, person_id, view_id) values ($1, $2, $3)", trigger, person, view
    )
    return trigger


async def use_trigger(desk: Desk, trigger: str) -> Trigger:
    """Exchange a trigger id, so that it is good for nothing any more."""
    if not trigger:
        raise invalid_arguments("missing required field: trigger_id")
    row = await desk.state.pool.fetchrow(_USE, trigger)
    if row is None:
        raise Refusal("invalid_trigger_id")
    if row["was_used"]:
        raise Refusal("exchanged_trigger_id")
    if row["is_old"]:
        raise Refusal("expired_trigger_id")
    return Trigger(row["person_id"], row["view_id"])
