"""Commands about a tenant's end: asked by one person, answered by another, and undone while there is time."""

from typing import Annotated

import typer

from provisioning.cli.session import EXIT_NEEDS_PERSON, EXIT_OK, Session, run_verb
from provisioning.cli.starting import Detach, Reason, Reference, Subdomain, exit_code, follow_run, tell_end
from provisioning.cli.stories import tell_approval
from provisioning.documents import approval_document, tenant_document
from provisioning.domain.run import RunState

Question = Annotated[
    str, typer.Argument(metavar="APPROVAL", help="An approval's id, or a subdomain (its latest one).")
]


def deprovision(
    context: typer.Context,
    subdomain: Subdomain,
    reason: Reason = "",
    grace: Annotated[
        str,
        typer.Option("--grace", help="How long it can be brought back: 0, 24h, 7d (DEPROVISION_GRACE)."),
    ] = "",
    confirm_project: Annotated[
        str,
        typer.Option("--confirm-project", metavar="REF", help="Its project's ref, where it was imported."),
    ] = "",
) -> None:
    """Ask for a tenant's end.

    A second person approves; then: suspended, grace period, backup archived and proved, project deleted.
    """

    async def ask(session: Session) -> int:
        approval = await session.system.control.approvals.request_deprovision(
            session.actor,
            subdomain,
            confirm=subdomain,  # typed as the argument
            reason=reason,
            grace=grace,
            confirm_project=confirm_project,
            origin={"surface": "cli"},
        )
        session.output.document(approval_document(approval))
        tell_approval(session.output, approval)
        return EXIT_NEEDS_PERSON

    run_verb(context, ask)


def approve(context: typer.Context, approval: Question, *, detach: Detach = False) -> None:
    """Approve what somebody else asked for.

    It starts at once.
    """

    async def decide(session: Session) -> int:
        decided = await session.system.control.approvals.approve(session.actor, approval)
        assert decided.run_id is not None
        run = await follow_run(session, decided.run_id, detach=detach)
        session.output.document(approval_document(decided))
        tell_approval(session.output, decided)
        await tell_end(session, run)
        return EXIT_OK if run.state is RunState.WAITING and run.error is None else exit_code(run)

    run_verb(context, decide, may_execute=True)


def reject(context: typer.Context, approval: Question, reason: Reason = "") -> None:
    """Reject what somebody asked for.

    The requester may take their own question back.
    """

    async def decide(session: Session) -> int:
        decided = await session.system.control.approvals.reject(session.actor, approval, reason=reason)
        session.output.document(approval_document(decided))
        tell_approval(session.output, decided)
        return EXIT_OK

    run_verb(context, decide)


def undo(context: typer.Context, run: Reference, *, detach: Detach = False) -> None:
    """Bring a tenant back that is to end.

    Until its project's deletion begins.
    """

    async def act(session: Session) -> int:
        started = await session.system.control.runs.undo(session.actor, run)
        back = await follow_run(session, started.run_id, detach=detach)
        views = session.system.control.views
        session.output.document(tenant_document(await views.status(session.actor, back.subdomain)))
        await tell_end(session, back)
        return exit_code(back)

    run_verb(context, act, may_execute=True)
