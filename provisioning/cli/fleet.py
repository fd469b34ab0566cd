"""Commands about the schema of all tenants."""

from collections.abc import AsyncIterator
from typing import Annotated

import typer

from provisioning.cli.fleet_stories import tell_fleet, tell_plan
from provisioning.cli.session import EXIT_FAILED, EXIT_NEEDS_PERSON, EXIT_OK, Session, run_verb
from provisioning.cli.starting import Detach, Reason, finish_run
from provisioning.cli.stories import tell_approval
from provisioning.documents import (
    Document,
    approval_document,
    drift_row,
    fleet_document,
    tenant_row,
    upgrade_plan_document,
)
from provisioning.domain.approval import Approval
from provisioning.domain.tenant import Tenant

fleet = typer.Typer(
    help="The schema of all tenants: who has which version, drift, and a new version brought to all.",
    no_args_is_help=True,
)

Subdomain = Annotated[str, typer.Argument(metavar="SUBDOMAIN")]
Perhaps = Annotated[str | None, typer.Argument(metavar="SUBDOMAIN")]


@fleet.command("status")
def status(context: typer.Context) -> None:
    """Show who has which version, who is pinned, and how the last upgrade stands."""

    async def show(session: Session) -> int:
        found = await session.system.control.fleet.status(session.actor)
        session.output.document(fleet_document(found))
        tell_fleet(session.output, found)
        return EXIT_OK

    run_verb(context, show)


@fleet.command("upgrade")
def upgrade(
    context: typer.Context,
    reason: Reason = "",
    first: Annotated[
        str | None, typer.Option("--first", metavar="SUBDOMAIN", help="The tenant that goes first.")
    ] = None,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show every statement and the rings; change nothing.")
    ] = False,
    detach: Detach = False,
) -> None:
    """Bring the newest schema to all tenants: one, then a tenth, then all others.

    The first failure stops it; `retry` goes on. What may lose something takes a second person, and a proved backup.
    """

    async def look(session: Session) -> int:
        plan = await session.system.control.upgrades.plan(session.actor)
        session.output.document(upgrade_plan_document(plan))
        tell_plan(session.output, plan)
        return EXIT_OK if plan.ready else EXIT_FAILED

    async def ask(session: Session) -> int:
        answer = await session.system.control.upgrades.request(
            session.actor, reason=reason, first=first, origin={"surface": "cli"}
        )
        if answer is None:
            found = await session.system.control.fleet.status(session.actor)
            session.output.document(fleet_document(found))
            tell_fleet(session.output, found)
            return EXIT_OK
        if isinstance(answer, Approval):
            session.output.document(approval_document(answer))
            tell_approval(session.output, answer)
            return EXIT_NEEDS_PERSON
        return await finish_run(session, answer, detach=detach)

    run_verb(context, look if dry_run else ask, may_execute=not dry_run)


@fleet.command("pin")
def pin(context: typer.Context, subdomain: Subdomain, reason: Reason = "") -> None:
    """Keep a tenant at its version: upgrades leave it out."""

    async def keep(session: Session) -> int:
        tenant = await session.system.control.fleet.pin(session.actor, subdomain, reason=reason)
        return _told(session, tenant, f"{subdomain} stays at version {tenant.schema_version}.")

    run_verb(context, keep)


@fleet.command("unpin")
def unpin(context: typer.Context, subdomain: Subdomain) -> None:
    """Let a tenant go with the others again."""

    async def let_go(session: Session) -> int:
        tenant = await session.system.control.fleet.unpin(session.actor, subdomain)
        return _told(session, tenant, f"{subdomain} goes with the next upgrade.")

    run_verb(context, let_go)


@fleet.command("drift")
def drift(context: typer.Context, subdomain: Perhaps = None) -> None:
    """Compare each tenant, or one, with its own version of the schema, and with the seeds.

    Read only. Exit code 1 when anything differs, or a tenant could not be looked at.
    """

    async def look(session: Session) -> int:
        told = _Drifted()
        total = await session.output.stream("tenants", _entries(session, subdomain, told))
        unseen = f", {told.unseen} could not be looked at" if told.unseen else ""
        session.output.say(f"Looked at {total}: {told.drifted} differ from their version{unseen}.")
        return EXIT_FAILED if told.drifted or told.unseen else EXIT_OK

    run_verb(context, look)


class _Drifted:
    """How many of the tenants that were told of differ, and how many could not be looked at."""

    def __init__(self) -> None:
        self.drifted = 0
        self.unseen = 0


async def _entries(session: Session, subdomain: str | None, told: _Drifted) -> AsyncIterator[Document]:
    async for found in session.system.control.fleet.drift(session.actor, subdomain):
        told.drifted += bool(found.findings)
        told.unseen += found.fault is not None
        if found.fault:
            session.output.say(f"{found.subdomain}: {found.fault}")
        for finding in found.findings:
            session.output.say(f"{found.subdomain}: {finding}")
        yield drift_row(found)


def _told(session: Session, tenant: Tenant, sentence: str) -> int:
    url = session.system.control.views.access_url(tenant.subdomain)
    session.output.document({"tenant": tenant_row(tenant, url)})
    session.output.say(sentence)
    return EXIT_OK
