"""What Slack says of people, user groups and channels, read with care and remembered for a short while."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.outbox.errors import SlackAway, SlackError
from bot.outbox.ports import Calls
from bot.outbox.remembered import Remembered
from provisioning.ports import Clock

_PERSON_HOLDS, _CHANNEL_HOLDS, _GROUP_HOLDS = 60.0, 60.0, 120.0
_GROUP_SERVES: Final = 300.0  # seconds for which a group's members stand in while they can't be read
_PATIENCE: Final = 5.0  # whoever asks is waiting for an answer

_SLACKBOT: Final = "USLACKBOT"
_LONGEST_NAME: Final = 80
_NOT_SHOWN: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]+")


@dataclass(frozen=True)
class Person:
    """`teams` are the workspaces that Slack says they belong to; empty when it says none."""

    id: str
    name: str
    teams: frozenset[str] = frozenset()
    enterprise: str | None = None
    is_guest: bool = False
    is_bot: bool = False
    is_gone: bool = False
    is_stranger: bool = False


@dataclass(frozen=True)
class Members:
    """Who is in a user group; old when it was known before and can't be read now."""

    ids: frozenset[str]
    is_old: bool = False


class People:
    """Raises SlackError when Slack does not say."""

    def __init__(self, calls: Calls, *, clock: Clock) -> None:
        self._calls = calls
        self._people = Remembered(self._read_person, seconds=_PERSON_HOLDS, clock=clock)
        self._groups = Remembered(self._read_group, seconds=_GROUP_HOLDS, clock=clock)
        self._channels = Remembered(self._read_channel, seconds=_CHANNEL_HOLDS, clock=clock)

    async def person(self, user: str, *, newest: bool = False) -> Person:
        return await self._people.get(user, newest=newest)

    async def members(self, group: str, *, newest: bool = False) -> Members:
        """Return a group's members; unless only the newest will do, those of a few minutes ago can serve."""
        try:
            return Members(await self._groups.get(group, newest=newest))
        except SlackError:
            known = None if newest else self._groups.find(group, at_most=_GROUP_SERVES)
            if known is None:
                raise
            return Members(known, is_old=True)

    async def is_shared(self, channel: str, *, newest: bool = False) -> bool:
        """Tell whether people of another organization read this channel, or are invited to."""
        return await self._channels.get(channel, newest=newest)

    def forget_person(self, user: str) -> None:
        self._people.forget(user)

    def forget_group(self, group: str) -> None:
        self._groups.forget(group)

    def forget_channel(self, channel: str) -> None:
        self._channels.forget(channel)

    async def _read_person(self, user: str) -> Person:
        said = _part(await self._calls.call("users.info", within=_PATIENCE, user=user), "user", "users.info")
        if said.get("id", user) != user:
            raise _unreadable("users.info")
        return Person(
            id=user,
            name=_name(said) or user,
            teams=_teams(said),
            enterprise=_mapping(said.get("enterprise_user")).get("enterprise_id"),
            is_guest=bool(said.get("is_restricted") or said.get("is_ultra_restricted")),
            is_bot=bool(said.get("is_bot")) or user == _SLACKBOT,
            is_gone=bool(said.get("deleted")),
            is_stranger=bool(said.get("is_stranger")),
        )

    async def _read_group(self, group: str) -> frozenset[str]:
        method = "usergroups.users.list"
        said = (await self._calls.call(method, within=_PATIENCE, usergroup=group)).get("users")
        if not isinstance(said, list):
            raise _unreadable(method)
        return frozenset(user for user in said if isinstance(user, str))

    async def _read_channel(self, channel: str) -> bool:
        method = "conversations.info"
        said = _part(await self._calls.call(method, within=_PATIENCE, channel=channel), "channel", method)
        return bool(said.get("is_ext_shared") or said.get("is_pending_ext_shared"))


def _part(answer: Mapping[str, Any], name: str, method: str) -> Mapping[str, Any]:
    part = answer.get(name)
    if not isinstance(part, Mapping):
        raise _unreadable(method)
    return part


def _unreadable(method: str) -> SlackAway:
    return SlackAway(method, "unreadable", f"Slack's answer to {method} can't be read.")


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _teams(said: Mapping[str, Any]) -> frozenset[str]:
    """In an organization of several workspaces a person has one of their own and is in others too."""
    also = _mapping(said.get("enterprise_user")).get("teams")
    teams = [said.get("team_id"), *(also if isinstance(also, list) else [])]
    return frozenset(team for team in teams if isinstance(team, str) and team)


def _name(said: Mapping[str, Any]) -> str:
    """For people's eyes only: anybody can call themselves anything."""
    profile = _mapping(said.get("profile"))
    names = (profile.get("real_name"), said.get("real_name"), profile.get("display_name"), said.get("name"))
    shown = next((name for name in names if isinstance(name, str) and name.strip()), "")
    return _NOT_SHOWN.sub(" ", shown).strip()[:_LONGEST_NAME]
