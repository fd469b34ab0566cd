"""The command about what nobody uses any more."""

from collections.abc import Sequence
from typing import Annotated

import typer

from provisioning.cli.output import Output
from provisioning.cli.session import EXIT_NEEDS_PERSON, EXIT_OK, Session, run_verb
from provisioning.cli.starting import Reason
from provisioning.cli.stories import tell_approval
from provisioning.cli.tables import add_row, new_table
from provisioning.documents import approval_document, orphans_document
from provisioning.domain.orphan import Orphan


def orphans(
    context: typer.Context,
    subdomain: Annotated[str | None, typer.Argument(metavar="SUBDOMAIN")] = None,
    remove: Annotated[
        str | None,
        typer.Option("--remove", metavar="REF", help="Ask a second person to approve its removal."),
    ] = None,
    confirm: Annotated[
        str, typer.Option("--confirm", metavar="REF", help="Again, where the name is not one that we gave.")
    ] = "",
    reason: Reason = "",
) -> None:
    """List what nobody uses any more, with its cost.

    Projects without a tenant, second projects, tenants without their project, DNS records of ours without a tenant.
    """

    async def show(session: Session) -> int:
        found = await session.system.control.orphans.find(session.actor, subdomain)
        session.output.document(orphans_document(found))
        _tell(session.output, found)
        return EXIT_OK

    async def ask(session: Session) -> int:
        approval = await session.system.control.orphans.request_removal(
            session.actor, str(remove), reason=reason, confirm=confirm, origin={"surface": "cli"}
        )
        session.output.document(approval_document(approval))
        tell_approval(session.output, approval)
        return EXIT_NEEDS_PERSON

    run_verb(context, ask if remove else show)


def _tell(output: Output, found: Sequence[Orphan]) -> None:
    if not found:
        output.say("No orphans: everything outside has its tenant, and every tenant its project.")
        return
    table = new_table("what", "ref", "name", "tenant", "USD a month", "found", whole=("ref",))
    for one in found:
        cost = f"{one.monthly_cost:.0f}" if one.monthly_cost else "-"
        add_row(table, one.kind.words, one.ref, one.name, one.subdomain or "-", cost, one.found)
    output.say(table)
    noun = "orphan" if len(found) == 1 else "orphans"
    output.say(f"{len(found)} {noun}, {sum(one.monthly_cost for one in found):.0f} USD a month.")
    output.say("Next: tenantbot orphans --remove REF --reason WHY")
