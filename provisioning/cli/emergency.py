"""The worst case at the terminal: suspend every active tenant at once, and bring exactly these back."""

from typing import Annotated

import typer

from provisioning.cli.session import EXIT_NEEDS_PERSON, Session, run_verb
from provisioning.cli.starting import Detach, Reason, finish_run
from provisioning.cli.stories import tell_approval
from provisioning.documents import approval_document
from provisioning.domain.approval import Approval

lockdown = typer.Typer(
    help="Suspend every active tenant at once: a second person approves, or an approver means it. `lift` undoes it.",
    invoke_without_command=True,
    subcommand_metavar="[lift]",
)

Confirm = Annotated[
    str,
    typer.Option("--confirm", help="LOCKDOWN, typed by an approver: do it alone, now.", metavar="LOCKDOWN"),
]


@lockdown.callback()
def declare(
    context: typer.Context, reason: Reason = "", confirm: Confirm = "", *, detach: Detach = False
) -> None:
    if context.invoked_subcommand is not None:
        return

    async def ask(session: Session) -> int:
        lockdowns = session.system.control.lockdowns
        answer = await lockdowns.request(
            session.actor, reason=reason, confirm=confirm, origin={"surface": "cli"}
        )
        if isinstance(answer, Approval):
            return _tell_question(session, answer)
        return await finish_run(session, answer, detach=detach)

    run_verb(context, ask, may_execute=True)


@lockdown.command("lift")
def lift(context: typer.Context, reason: Reason = "") -> None:
    """Ask for what the lockdown suspended to be brought back.

    A second person approves, always. What was suspended before, or since by somebody, stays so.
    """

    async def ask(session: Session) -> int:
        lockdowns = session.system.control.lockdowns
        return _tell_question(
            session,
            await lockdowns.request_lift(session.actor, reason=reason, origin={"surface": "cli"}),
        )

    run_verb(context, ask)


def _tell_question(session: Session, approval: Approval) -> int:
    session.output.document(approval_document(approval))
    tell_approval(session.output, approval)
    return EXIT_NEEDS_PERSON
