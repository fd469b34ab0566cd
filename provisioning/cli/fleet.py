"""Commands about the schema of all tenants."""

from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Annotated

import typer

from provisioning.cli.session import EXIT_FAILED, EXIT_OK, Session, run_verb
from provisioning.documents import Document

fleet = typer.Typer(
    help="The schema of all tenants: who has which version, drift, and a new version brought to all.",
    no_args_is_help=True,
)

Subdomain = Annotated[str | None, typer.Argument(metavar="SUBDOMAIN")]


@fleet.command("drift")
def drift(context: typer.Context, subdomain: Subdomain = None) -> None:
    """Compare each tenant, or one, with its own version of the schema, and with the seeds.

    Read only. Exit code 1 when anything differs, or a tenant could not be looked at.
    """

    async def look(session: Session) -> int:
        told = _Told()
        total = await session.output.stream("tenants", _entries(session, subdomain, told))
        session.output.say(
            f"{total} tenants looked at, {told.drifted} differ from their version"
            + (f", {told.unseen} could not be looked at." if told.unseen else ".")
        )
        return EXIT_FAILED if told.drifted or told.unseen else EXIT_OK

    run_verb(context, look)


class _Told:
    """How many of the tenants that were told of differ, and how many could not be looked at."""

    def __init__(self) -> None:
        self.drifted = 0
        self.unseen = 0


async def _entries(session: Session, subdomain: str | None, told: _Told) -> AsyncIterator[Document]:
    async for found in session.system.control.fleet.drift(session.actor, subdomain):
        told.drifted += bool(found.findings)
        told.unseen += found.fault is not None
        if found.fault:
            session.output.say(f"{found.subdomain}: {found.fault}")
        for finding in found.findings:
            session.output.say(f"{found.subdomain}: {finding}")
        yield {"ok": found.ok} | asdict(found)
