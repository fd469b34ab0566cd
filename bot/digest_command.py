"""`tenantbot digest`: posted now, by whichever process posts; or shown here, and posted nowhere."""

import asyncio
from contextlib import suppress
from typing import Final

import typer

from bot.first_calls import identify
from bot.outbox.calls import SlackCalls
from bot.outbox.client import open_slack
from bot.pictures.digest import can_draw
from bot.reporter.reporter import Reporter
from bot.surface import REPORTER_OFFICE
from bot.web_command import slack_settings
from provisioning.cli.digests import tell_digest
from provisioning.cli.session import EXIT_FAILED, EXIT_OK, Session, run_verb
from provisioning.domain.digest import DigestRow, DigestState

_PATIENCE: Final = 60.0
_LOOK_SECONDS: Final = 0.2


def run_digest(context: typer.Context, *, preview: bool) -> None:
    """Post it, or show it here."""
    run_verb(context, _preview if preview else _send, for_slack=not preview)


async def _preview(session: Session) -> int:
    found = await session.system.control.digests.preview(session.actor)
    session.output.document({**found.to_json(), "picture": can_draw()})
    tell_digest(session.output, found)
    session.output.say(
        "With a picture of tenants over time and of provisioning by step."
        if can_draw()
        else "Without a picture: matplotlib is not installed (`pip install tenantbot[pictures]`)."
    )
    return EXIT_OK


async def _send(session: Session) -> int:
    row = await session.system.control.digests.send(session.actor)
    posted = await _until_posted(session, row)
    channel = posted.notes.get("channel")
    session.output.document(
        {
            "digest_id": row.digest_id,
            "state": posted.state.value,
            "channel": channel,
            "digest": row.digest.to_json(),
        }
    )
    if posted.state is DigestState.POSTED:
        session.output.say(f"Posted in {channel}.")
        return EXIT_OK
    session.output.say(
        f"Not posted yet ({posted.state}): Slack does not take it. `tenantbot doctor` looks for the reason, "
        "and the bot goes on trying as long as it runs."
    )
    return EXIT_FAILED


async def _until_posted(session: Session, row: DigestRow) -> DigestRow:
    """Let whoever posts in Slack do it; where nobody does, this process is the one for as long as it takes."""
    system = session.system
    wanted = slack_settings(system.settings)
    async with open_slack(wanted.bot_token, api_url=wanted.api_url) as client:
        calls = SlackCalls(client, clock=system.clock)
        await identify(calls)
        reporter = Reporter(system.control, calls, clock=system.clock, office=wanted.office)
        posting = asyncio.create_task(system.lead(REPORTER_OFFICE, reporter.run))
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(_PATIENCE):
                    while (now := await _look(session, row)).state is DigestState.PENDING:  # noqa: ASYNC110 - a row is looked at
                        await asyncio.sleep(_LOOK_SECONDS)
                    return now
        finally:
            posting.cancel()
            await asyncio.gather(posting, return_exceptions=True)
    return await _look(session, row)


async def _look(session: Session, row: DigestRow) -> DigestRow:
    return await session.system.control.digests.find(row.digest_id) or row
