"""The command that restores a backup, into a database or as a tenant."""

from dataclasses import asdict
from typing import Annotated

import typer

from provisioning.cli.output import Output
from provisioning.cli.session import EXIT_FAILED, EXIT_OK, Session, run_verb
from provisioning.cli.starting import Detach, finish_run
from provisioning.domain.backup import Proof
from provisioning.domain.secret import Secret


def restore(
    context: typer.Context,
    archive: Annotated[
        str,
        typer.Argument(
            metavar="ARCHIVE", help="A folder of the archive, such as backups/customerinc-20261124."
        ),
    ],
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="DSN", help="An empty database: postgresql://user:password@host/name."),
    ] = None,
    as_tenant: Annotated[
        str | None,
        typer.Option("--as-tenant", metavar="SUBDOMAIN", help="Its own subdomain, or one that is free."),
    ] = None,
    *,
    detach: Detach = False,
) -> None:
    """Restore a backup: into an empty database, or as a tenant again.

    Every byte is checked before, and everything compared with the manifest afterwards. PostgreSQL's roles that
    grants name are made where they are missing, without a login. As a tenant: a new project, the data with its
    users, the address; then it is verified.
    """
    if (to is None) == (as_tenant is None):
        raise typer.BadParameter("Say where to: --to DSN, or --as-tenant SUBDOMAIN.")

    async def revive(session: Session) -> int:
        started = await session.system.control.restores.as_tenant(
            session.actor, archive, str(as_tenant), origin={"surface": "cli"}
        )
        return await finish_run(session, started, detach=detach)

    async def put_back(session: Session) -> int:
        proof = await session.system.control.restores.into_database(session.actor, archive, Secret(str(to)))
        session.output.document({"archive": archive, **asdict(proof)})
        _tell(session.output, archive, proof)
        return EXIT_OK if proof.ok else EXIT_FAILED

    run_verb(context, put_back if as_tenant is None else revive, may_execute=as_tenant is not None)


def _tell(output: Output, archive: str, proof: Proof) -> None:
    where = f"{archive} was restored into {proof.restored_in} in {proof.seconds:.1f} s"
    if proof.ok:
        output.say(f"{where}: {proof.tables} tables with {proof.rows} rows, all as in the manifest.")
    else:
        output.say(f"{where}, and is not what was backed up:")
        for difference in proof.differences:
            output.say(f"  {difference}")
    for note in proof.notes:
        output.say(f"Note: {note}.")
