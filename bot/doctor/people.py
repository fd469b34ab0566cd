"""Are those on the allowlist still people of this workspace?"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from slack_sdk.web.async_client import AsyncWebClient

from bot.doctor.advice import FIND_MEMBER_IDS
from bot.doctor.answers import SlackFault, ask
from provisioning.doctor.finding import Finding, not_checked

ALLOWLIST: Final = "allowlist"
APPROVERS: Final = "approvers"

_GROUP: Final = "S"
"""How the id of a user group begins; anything else is a person's."""

_UNKNOWN: Final = {
    "user_not_found": "no person of this workspace",
    "user_not_visible": "nobody the bot can see",
}
_GROUP_ADVICE: Final = {
    "no_such_subteam": f"It was deleted or disabled, or is another workspace's. {FIND_MEMBER_IDS}",
    "plan_upgrade_required": "User groups come with a paid plan of Slack; list people (U…) instead.",
}


async def check_people(client: AsyncWebClient, lists: Mapping[str, Collection[str]]) -> Sequence[Finding]:
    """Look at every entry of every list, by the name of its setting, and at who may approve in the end."""
    book = _Book(client)
    findings = []
    people: dict[str, frozenset[str]] = {}
    try:
        for setting, entries in lists.items():
            held = [await book.resolve(setting, entry) for entry in dict.fromkeys(entries)]
            people[setting] = frozenset().union(*held)
    except SlackFault as fault:
        return [fault.as_finding(ALLOWLIST), not_checked(APPROVERS, "the allowlist can't be read")]
    everyone = frozenset().union(*people.values())
    if all(finding.ok is None for finding in book.findings):
        count = sum(len(entries) for entries in lists.values())
        findings.append(Finding(ALLOWLIST, True, f"entries: {count}, people: {len(everyone)}"))
    return [*book.findings, *findings, _approvers(people.get("TENANTBOT_APPROVERS", frozenset()))]


@dataclass
class _Book:
    """Who was looked up already, and what was wrong with them."""

    client: AsyncWebClient
    findings: list[Finding] = field(default_factory=list)
    known: dict[str, str | None] = field(default_factory=dict)

    async def resolve(self, setting: str, entry: str) -> frozenset[str]:
        """Return the people of this entry who may knock; note what is wrong with it."""
        if entry.startswith(_GROUP):
            return await self._group(setting, entry)
        fault = await self._why_not(entry)
        if fault is None:
            return frozenset({entry})
        advice = f"They are refused whatever the list says; take {entry} out of {setting}."
        self.findings.append(Finding(ALLOWLIST, False, f"{setting}: {entry} is {fault}", advice))
        return frozenset()

    async def _group(self, setting: str, group: str) -> frozenset[str]:
        try:
            answer = await ask(self.client, "usergroups.users.list", usergroup=group)
        except SlackFault as fault:
            if fault.word not in _GROUP_ADVICE:
                raise
            found = f"{setting}: {group}: {fault.sentence}"
            self.findings.append(Finding(ALLOWLIST, False, found, _GROUP_ADVICE[fault.word]))
            return frozenset()
        faults = {str(one): await self._why_not(str(one)) for one in answer.data.get("users") or ()}
        refused = [f"{person} is {fault}" for person, fault in faults.items() if fault]
        if refused or not faults:
            found = f"{setting}: in group {group} {', '.join(refused) or 'there is nobody'}"
            advice = "They are refused whatever group they are in." if refused else ""
            self.findings.append(Finding(ALLOWLIST, None, found, advice))
        return frozenset(person for person, fault in faults.items() if fault is None)

    async def _why_not(self, person: str) -> str | None:
        """Say why this person is refused, or None where they are not."""
        if person not in self.known:
            try:
                answer = await ask(self.client, "users.info", user=person)
            except SlackFault as fault:
                if fault.word not in _UNKNOWN:
                    raise
                self.known[person] = _UNKNOWN[fault.word]
            else:
                self.known[person] = _barred(answer.data.get("user") or {})
        return self.known[person]


def _barred(user: dict[str, Any]) -> str | None:
    if user.get("deleted"):
        return "deactivated"
    if user.get("is_bot") or user.get("id") == "USLACKBOT":
        return "a bot"
    if user.get("is_restricted") or user.get("is_ultra_restricted"):
        return "a guest"
    return "of another organization" if user.get("is_stranger") else None


def _approvers(people: Collection[str]) -> Finding:
    if len(people) > 1:
        return Finding(APPROVERS, True, f"{len(people)} people may approve")
    advice = "Nobody may approve what they asked for themselves: name two people in TENANTBOT_APPROVERS."
    return Finding(APPROVERS, None, "one person may approve" if people else "nobody may approve", advice)
