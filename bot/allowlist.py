"""Turns a person in Slack into an Actor, asked at every command, submission and click.

Whatever can't be found out counts against them: who they are, where they write from, which groups they are in.
"""

import re
from dataclasses import dataclass
from typing import Final

from bot.outbox.errors import SlackError, SlackRefused
from bot.people import People, Person
from provisioning.domain.actor import Actor, Role

_USER: Final = re.compile(r"[UW][A-Z0-9]+")
_GROUP: Final = re.compile(r"S[A-Z0-9]+")
_DIRECT: Final = "D"  # ids of conversations between two begin so

_ASK: Final = "ask whoever looks after tenantbot"
_REFUSALS: Final = {
    "unknown_person": "Slack does not know you in this workspace, so nothing was done.",
    "other_team": "I only work for members of the workspace that I am installed in, so nothing was done.",
    "deactivated": "Your Slack account is deactivated, so nothing was done.",
    "bot": "I take no orders from other apps, so nothing was done.",
    "stranger": "I only work for members of this workspace, so nothing was done.",
    "guest": f"I don't work for guests of the workspace, so nothing was done; {_ASK} if you need something.",
    "not_listed": f"You are not on tenantbot's list, so nothing was done; {_ASK} to add you. Your id is {{id}}.",
    "not_in_channel": (
        "I am not in this channel, so nothing was done: invite me first (`/invite @tenantbot`) or use {place}."
    ),
    "shared_channel": "This channel is shared with another organization, so I do nothing here; use {place}.",
    "who_unknown": "I can't check who you are at the moment, so nothing was done; try again in a minute.",
    "where_unknown": (
        "I can't check who reads this channel at the moment, so nothing was done;"
        " try again in a minute, or use {place}."
    ),
    "groups_unknown": (
        "I can't read the user groups that say who may use me, so nothing was done;"
        f" try again in a minute, and if it stays so {_ASK} to run `tenantbot doctor`."
    ),
}


@dataclass(frozen=True)
class Caller:
    """Who and where, as a payload says it."""

    user: str
    team: str | None
    enterprise: str | None
    channel: str | None


@dataclass(frozen=True)
class Rules:
    """Ids of people (U…, W…) and of user groups (S…), by role."""

    viewers: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    approvers: tuple[str, ...] = ()


class NotAdmitted(Exception):
    """`message` is for the person, `actor` for the audit log; its role is None."""

    def __init__(self, actor: Actor, message: str, code: str) -> None:
        super().__init__(actor, message, code)
        self.actor = actor
        self.message = message
        self.code = code

    def __str__(self) -> str:
        return self.message


class Allowlist:
    """`team` is the workspace that the app is installed in, `place` where people are sent instead."""

    def __init__(self, people: People, rules: Rules, *, team: str, place: str = "#ops") -> None:
        self._people = people
        self._rules = (
            (Role.APPROVER, rules.approvers),
            (Role.OPERATOR, rules.operators),
            (Role.VIEWER, rules.viewers),
        )
        self._team = team
        self._place = place

    async def admit(self, caller: Caller, *, destructive: bool = False) -> Actor:
        """Return the actor with their highest role, or raise NotAdmitted.

        Before something destructive everything is asked anew, and what can't be read admits nobody.
        """
        person = await self._identify(caller, newest=destructive)
        await self._check_channel(caller, person, newest=destructive)
        role = await self._find_role(caller, person, newest=destructive)
        return Actor(surface="slack", id=person.id, name=person.name, role=role, team=caller.team)

    def forget_person(self, user_id: str) -> None:
        """Something about them has changed."""
        self._people.forget_person(user_id)

    def forget_group(self, group_id: str) -> None:
        """Its members have changed."""
        self._people.forget_group(group_id)

    async def _identify(self, caller: Caller, *, newest: bool) -> Person:
        unseen = Person(id=caller.user, name=caller.user)
        if not _USER.fullmatch(caller.user):
            raise self._refusal("unknown_person", caller, unseen)
        if not caller.team or (caller.team != self._team and not caller.enterprise):
            raise self._refusal("other_team", caller, unseen)
        try:
            person = await self._people.person(caller.user, newest=newest)
        except SlackError as error:
            is_unknown = isinstance(error, SlackRefused) and error.code in (
                "user_not_found",
                "user_not_visible",
            )
            raise self._refusal("unknown_person" if is_unknown else "who_unknown", caller, unseen) from error
        if (fault := _fault(person)) is not None:
            raise self._refusal(fault, caller, person)
        if not self._belongs(caller, person):
            raise self._refusal("other_team", caller, person)
        return person

    def _belongs(self, caller: Caller, person: Person) -> bool:
        if person.teams and self._team not in person.teams:
            return False
        if caller.team == self._team:
            return True
        # The payload names another workspace of our own organization; ours must be among the person's too.
        return caller.enterprise == person.enterprise and self._team in person.teams

    async def _check_channel(self, caller: Caller, person: Person, *, newest: bool) -> None:
        if caller.channel is None or caller.channel.startswith(_DIRECT):
            return
        try:
            is_shared = await self._people.is_shared(caller.channel, newest=newest)
        except SlackError as error:
            code = "not_in_channel" if error.code == "channel_not_found" else "where_unknown"
            raise self._refusal(code, caller, person) from error
        if is_shared:
            raise self._refusal("shared_channel", caller, person)

    async def _find_role(self, caller: Caller, person: Person, *, newest: bool) -> Role:
        """Look from the highest role down; a group that can't be read gives nobody its role."""
        unread: SlackError | None = None
        for role, entries in self._rules:
            if person.id in entries:
                return role
            for group in filter(_GROUP.fullmatch, entries):
                try:
                    members = await self._people.members(group, newest=newest)
                except SlackError as error:
                    unread = error
                    continue
                if person.id in members.ids:
                    # Who was an approver minutes ago may go on working, and decide nothing.
                    return Role.OPERATOR if members.is_old and role is Role.APPROVER else role
        raise self._refusal("groups_unknown" if unread else "not_listed", caller, person) from unread

    def _refusal(self, code: str, caller: Caller, person: Person) -> NotAdmitted:
        actor = Actor(surface="slack", id=person.id, name=person.name, role=None, team=caller.team)
        return NotAdmitted(actor, _REFUSALS[code].format(id=person.id, place=self._place), code)


def _fault(person: Person) -> str | None:
    """Say what kind of account it is, if it is none that may do anything."""
    if person.is_gone:
        return "deactivated"
    if person.is_bot:
        return "bot"
    if person.is_stranger:
        return "stranger"
    return "guest" if person.is_guest else None
