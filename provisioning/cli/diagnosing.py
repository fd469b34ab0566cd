"""The command that finds out what is wrong with a tenant (guide 14.6)."""

from typing import Annotated, Final

import typer

from provisioning.cli.output import Output
from provisioning.cli.session import EXIT_FAILED, EXIT_NEEDS_PERSON, EXIT_OK, Session, run_verb
from provisioning.cli.starting import Detach, Reason, Subdomain, finish_run
from provisioning.cli.stories import tell_approval
from provisioning.cli.tables import add_row, new_table
from provisioning.documents import approval_document, diagnosis_document
from provisioning.domain.diagnosis import REPAIRS, Cause, Diagnosis, Fix, FixVerb, Issue, Outcome

_MARKS: Final = {Outcome.OK: "✓", Outcome.BAD: "✗", Outcome.UNKNOWN: "?", Outcome.SKIPPED: "–"}

_REPAIRS: Final = ", ".join(sorted(REPAIRS))


def diagnose(
    context: typer.Context,
    subdomain: Subdomain,
    issue: Annotated[
        list[Issue] | None,
        typer.Option("--issue", help="Look into this one only; may be given more than once."),
    ] = None,
    fix: Annotated[
        str, typer.Option("--fix", metavar="REPAIR", help=f"Start a repair that it proposed: {_REPAIRS}.")
    ] = "",
    message: Annotated[str, typer.Option("--message", help="Words of your own in that notice.")] = "",
    reason: Reason = "",
    *,
    notify: Annotated[
        bool,
        typer.Option(
            "--notify",
            help="Ask an approver whether the admins of affected tenants are told of its incident.",
        ),
    ] = False,
    detach: Detach = False,
) -> None:
    """Find out what is wrong with a tenant.

    Asks what the guide's four playbooks ask, side by side, and says the cause. Changes nothing. 0: well, 1: not.
    """

    async def ask(session: Session) -> int:
        with session.output.err.status(f"Diagnosing {subdomain}"):
            found = await session.system.control.diagnoses.diagnose(
                session.actor, subdomain, issues=issue or ()
            )
        session.output.document(diagnosis_document(found))
        _tell(session.output, found)
        return EXIT_OK if found.healthy else EXIT_FAILED

    async def mend(session: Session) -> int:
        diagnoses = session.system.control.diagnoses
        started = await diagnoses.repair(session.actor, subdomain, fix, origin={"surface": "cli"})
        return await finish_run(session, started, detach=detach)

    async def tell(session: Session) -> int:
        approval = await session.system.control.notices.request(
            session.actor, subdomain, reason=reason, message=message, origin={"surface": "cli"}
        )
        session.output.document(approval_document(approval))
        tell_approval(session.output, approval)
        return EXIT_NEEDS_PERSON

    run_verb(context, tell if notify else mend if fix else ask, may_execute=bool(fix))


def _tell(output: Output, found: Diagnosis) -> None:
    table = new_table("", "issue", "asked", "expected", "found", "s")
    for probe in found.probes:
        mark, seconds = _MARKS[probe.outcome], f"{probe.seconds:.1f}"
        add_row(table, mark, probe.issue.heading, probe.asked, probe.expected, probe.found, seconds)
    output.say(table)
    if found.incident:
        output.say(f"The evidence is kept in the archive: {found.incident}")
    if found.cause is None:
        output.say(f"{found.subdomain} is well: nothing is wrong with what was asked.")
    for cause in found.causes:
        _tell_cause(output, found.subdomain, cause, first=cause is found.cause)


def _tell_cause(output: Output, subdomain: str, cause: Cause, *, first: bool) -> None:
    output.say(f"{'Cause' if first else 'Also'} ({cause.sure}): {cause.sentence}")
    for fix in cause.fixes:
        output.say(f"  {fix.label}: {'; then '.join(fix.plan)}")
        if command := _command(subdomain, fix):
            output.say(f"    tenantbot {command}")


def _command(subdomain: str, fix: Fix) -> str | None:
    """The command that does it."""
    match fix.verb:
        case FixVerb.LOCKDOWN:
            return "lockdown --reason WHY"
        case FixVerb.NOTIFY:
            return f"diagnose {subdomain} --notify --reason WHY"
        case FixVerb.BY_HAND:
            return None
    if fix.verb in REPAIRS:
        return f"diagnose {subdomain} --fix {fix.verb}"
    return f"{fix.verb} {subdomain}"
