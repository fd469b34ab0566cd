"""The command that restores a backup, into a database or as a tenant."""

from dataclasses import asdict
from typing import Annotated

import typer

from provisioning.cli.archive_stories import tell_archives, tell_restore_plan, tell_restored
from provisioning.cli.session import EXIT_FAILED, EXIT_OK, Session, run_verb
from provisioning.cli.starting import Detach, DryRun, Reason, finish_run
from provisioning.documents import archives_document, restore_plan_document
from provisioning.domain.secret import Secret


def restore(
    context: typer.Context,
    archive: Annotated[
        str | None,
        typer.Argument(
            metavar="[ARCHIVE]", help="A folder of the archive, such as backups/customerinc-20261124."
        ),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="DSN", help="An empty database: postgresql://user:password@host/name."),
    ] = None,
    as_tenant: Annotated[
        str | None,
        typer.Option("--as-tenant", metavar="SUBDOMAIN", help="Its own subdomain, or one that is free."),
    ] = None,
    reason: Reason = "",
    *,
    listing: Annotated[bool, typer.Option("--list", help="List the backups that there are.")] = False,
    dry_run: DryRun = False,
    detach: Detach = False,
) -> None:
    """Restore a backup: into an empty database, or as a tenant again.

    Every byte is checked before, and everything compared with the manifest afterwards. PostgreSQL's roles that
    grants name are made where they are missing, without a login. As a tenant: a new project, the data with its
    users, the address; then it is verified. The address of a database is a secret, so --to is of the terminal alone;
    Slack has all the rest as `/tenant restore`.
    """

    async def show(session: Session) -> int:
        found = await session.system.control.restores.archives(session.actor)
        session.output.document(archives_document(found))
        tell_archives(session.output, found)
        return EXIT_OK

    async def plan(session: Session) -> int:
        found = await session.system.control.restores.plan(
            session.actor, str(archive), str(as_tenant), reason=reason
        )
        session.output.document(restore_plan_document(found))
        tell_restore_plan(session.output, found)
        return EXIT_OK if found.plan.ready else EXIT_FAILED

    async def revive(session: Session) -> int:
        started = await session.system.control.restores.as_tenant(
            session.actor, str(archive), str(as_tenant), reason=reason, origin={"surface": "cli"}
        )
        return await finish_run(session, started, detach=detach)

    async def put_back(session: Session) -> int:
        proof = await session.system.control.restores.into_database(
            session.actor, str(archive), Secret(str(to))
        )
        session.output.document({"archive": archive, **asdict(proof)})
        tell_restored(session.output, str(archive), proof)
        return EXIT_OK if proof.ok else EXIT_FAILED

    if listing:
        run_verb(context, show)
    if archive is None:
        raise typer.BadParameter("Say which backup; `tenantbot restore --list` shows those there are.")
    if (to is None) == (as_tenant is None):
        raise typer.BadParameter("Say where to: --to DSN, or --as-tenant SUBDOMAIN.")
    if dry_run and to is not None:
        raise typer.BadParameter(
            "--dry-run is for --as-tenant; a database that is not empty is never touched."
        )
    if to is not None:
        run_verb(context, put_back)
    run_verb(context, plan if dry_run else revive, may_execute=not dry_run)
