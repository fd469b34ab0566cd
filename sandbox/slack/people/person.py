"""A person at work: who may act at all, and how their acts are signed in payloads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox.slack.channels import find_channel
from sandbox.slack.desk import Desk
from sandbox.slack.members import find_person
from sandbox.slack.refusals import Refusal
from sandbox.slack.sql import Row
from sandbox.slack.workspace import Workspace


@dataclass(frozen=True)
class Person:
    """Someone at the page, with all that their acts need."""

    desk: Desk
    workspace: Workspace
    row: Row

    @property
    def id(self) -> str:
        found: str = self.row["id"]
        return found

    @property
    def is_outsider(self) -> bool:
        """Whether only the channels that others took them into are theirs."""
        return bool(self.row["is_restricted"] or self.row["is_ultra_restricted"] or self.row["is_stranger"])

    def signature(self) -> dict[str, Any]:
        """Return what every interaction says of its sender, its team and its app."""
        return {
            "team": {"id": self.workspace.team_id, "domain": self.workspace.domain},
            "enterprise": None,
            "is_enterprise_install": False,
            "user": {
                "id": self.id,
                "username": self.row["name"],
                "name": self.row["name"],
                "team_id": self.row["team_id"],
            },
            "api_app_id": self.workspace.app_id,
            "token": "",
        }


async def get_person(desk: Desk, name: str) -> Person:
    row = await find_person(desk, name)
    if row is None or row["deleted"] or row["is_bot"]:
        raise Refusal("user_not_found")
    return Person(desk, await desk.workspace(), row)


async def get_joined_channel(person: Person, channel: str) -> Row:
    """Return a channel that the person is in."""
    row = await find_channel(person.desk, channel)
    if row is None or person.id not in row["members"]:
        raise Refusal("channel_not_found")
    if row["is_archived"]:
        raise Refusal("is_archived")
    return row
