"""The command that restores a backup."""

from dataclasses import asdict
from typing import Annotated

import typer

from provisioning.cli.output import Output
from provisioning.cli.session import EXIT_FAILED, EXIT_OK, Session, run_verb
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
        str,
        typer.Option("--to", metavar="DSN", help="An empty database: postgresql://user:password@host/name."),
    ],
) -> None:
    """Restore a backup into an empty database.

    Every byte is checked before, and everything compared with the manifest afterwards. PostgreSQL's roles that
    grants name are made where they are missing, without a login.
    """
    dsn = Secret(to)

    async def put_back(session: Session) -> int:
        proof = await session.system.control.restores.into_database(session.actor, archive, dsn)
        session.output.document({"archive": archive, **asdict(proof)})
        _tell(session.output, archive, proof)
        return EXIT_OK if proof.ok else EXIT_FAILED

    run_verb(context, put_back)


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
