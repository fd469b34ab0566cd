"""A person joins a public channel."""

from typing import Any

from sandbox.slack.channels import get_visible_channel
from sandbox.slack.people.person import Person
from sandbox.slack.refusals import Refusal


async def join(person: Person, channel: str) -> dict[str, Any]:
    """Take a person in; guests and people of other workspaces are let in by others alone."""
    row = await get_visible_channel(person.desk, channel, person.id)
    if person.is_outsider:
        raise Refusal("user_is_restricted")
    if row["is_archived"]:
        raise Refusal("is_archived")
    await person.desk.state.pool.execute(
        "insert into slack_members (channel_id, person_id) values ($1, $2) on conflict do nothing",
        channel,
        person.id,
    )
    person.desk.feed.tell({"type": "channels"})
    return {"ok": True}
