"""A person types a slash command."""

from typing import Any

from sandbox.slack.delivery.dispatch import ask_app
from sandbox.slack.people.answers import answer_person, complain
from sandbox.slack.people.person import Person, get_joined_channel
from sandbox.slack.refusals import Refusal
from sandbox.slack.response_urls import make_response_url
from sandbox.slack.triggers import make_trigger


async def run_command(person: Person, channel: str, line: str) -> dict[str, Any]:
    """Hand the command to the app; what goes wrong is told to the person, as Slack does."""
    desk, at = person.desk, person.workspace
    row = await get_joined_channel(person, channel)
    command, _, text = line.strip().partition(" ")
    if command not in at.commands or "commands" not in at.scopes:
        await complain(desk, person.id, channel, f"{command} is not a valid command.")
        return {"ok": False, "error": "unknown_command"}
    payload = {
        "token": "",
        "team_id": person.row["team_id"],
        "team_domain": at.domain,
        "channel_id": channel,
        "channel_name": "directmessage" if row["kind"] == "im" else row["name"],
        "user_id": person.id,
        "user_name": person.row["name"],
        "command": command,
        "text": text.strip(),
        "api_app_id": at.app_id,
        "is_enterprise_install": "false",
        "response_url": await make_response_url(desk, person.id, channel),
        "trigger_id": await make_trigger(desk, person.id),
    }
    answer = await ask_app(desk, "slash_commands", payload)
    failure = answer.failure
    if failure is None and answer.payload:
        try:
            await answer_person(desk, at, answer.payload, person=person.id, channel=channel)
        except Refusal as refusal:
            failure = refusal.error
    if failure is None:
        return {"ok": True}
    await complain(desk, person.id, channel, f"{command} failed with the error “{failure}”")
    return {"ok": False, "error": failure}
