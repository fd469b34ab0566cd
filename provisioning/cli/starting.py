"""Commands that start or continue a run, and follow it (guide 14.4)."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from provisioning.cli.follow import follow
from provisioning.cli.live import LiveRun
from provisioning.cli.session import EXIT_FAILED, EXIT_NEEDS_PERSON, EXIT_OK, Session, run_verb
from provisioning.cli.stories import tell_plan, tell_run
from provisioning.control_plane.requests import Started
from provisioning.documents import Document, plan_document, run_document, tenant_document
from provisioning.domain.checklist import Checklist
from provisioning.domain.run import Run, RunId, RunKind, RunState

Detach = Annotated[
    bool, typer.Option("--detach", help="Start the run and return at once; a worker executes it.")
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Ask every question a run would meet; change nothing.")
]
Reference = Annotated[
    str, typer.Argument(metavar="RUN", help="A run id, or a subdomain (its open or latest run).")
]
Subdomain = Annotated[str, typer.Argument(metavar="SUBDOMAIN")]


Reason = Annotated[str, typer.Option("--reason", help="Why; the audit log keeps it.")]


def provision(
    context: typer.Context,
    company: Annotated[
        str | None, typer.Option("--company", help="Company name, 1 to 255 characters.")
    ] = None,
    subdomain: Annotated[
        str | None, typer.Option("--subdomain", help="3 to 50 of a-z, 0-9 and inner hyphens.")
    ] = None,
    email: Annotated[str | None, typer.Option("--email", help="The first admin's e-mail address.")] = None,
    name: Annotated[str | None, typer.Option("--name", help="The first admin's name.")] = None,
    region: Annotated[
        str | None, typer.Option("--region", help="A region code, or americas, emea, apac.")
    ] = None,
    vendors: Annotated[
        str | None, typer.Option("--vendors", help="Vendors to seed, comma-separated (default: all).")
    ] = None,
    *,
    sample_resellers: Annotated[
        bool, typer.Option("--sample-resellers", help="Seed the sample resellers too.")
    ] = False,
    dry_run: DryRun = False,
    detach: Detach = False,
) -> None:
    """Provision a tenant, in eight steps.

    Example: tenantbot provision --company "Customer Inc" --subdomain customerinc --email admin@customer.com
    """
    raw = {
        "company": company,
        "subdomain": subdomain,
        "email": email,
        "name": name,
        "region": region,
        "vendors": vendors,
        "sample_resellers": sample_resellers,
    }

    async def plan(session: Session) -> int:
        found = await session.system.control.plans.provision(session.actor, raw)
        session.output.document(plan_document(found))
        tell_plan(session.output, found)
        return EXIT_OK if found.ready else EXIT_FAILED

    async def start(session: Session) -> int:
        started = await session.system.control.requests.provision(
            session.actor, raw, origin={"surface": "cli"}
        )
        return await finish_run(session, started, detach=detach)

    run_verb(context, plan if dry_run else start, may_execute=not dry_run)


def verify(
    context: typer.Context,
    subdomain: Annotated[str, typer.Argument(metavar="SUBDOMAIN")] = "",
    *,
    everyone: Annotated[
        bool, typer.Option("--all", help="All tenants, some at a time, each also tried at another.")
    ] = False,
    detach: Detach = False,
) -> None:
    """Check a tenant again, or --all.

    The same checklist as step 8, made as a probe user that leaves no trace.
    """
    if everyone == bool(subdomain):
        raise typer.BadParameter("Name one tenant, or give --all.", param_hint="SUBDOMAIN")

    async def start(session: Session) -> int:
        control = session.system.control
        started = await (
            control.rounds.start(session.actor)
            if everyone
            else control.requests.verify(session.actor, subdomain)
        )
        return await finish_run(session, started, detach=detach)

    run_verb(context, start, may_execute=True)


def resend(
    context: typer.Context,
    subdomain: Subdomain,
    email: Annotated[
        str | None, typer.Option("--email", help="Another address; it becomes the admin's.")
    ] = None,
    *,
    detach: Detach = False,
) -> None:
    """Send the welcome e-mail again.

    Sets a new temporary password and sends it once.
    """

    async def start(session: Session) -> int:
        started = await session.system.control.requests.resend(session.actor, subdomain, email=email)
        return await finish_run(session, started, detach=detach)

    run_verb(context, start, may_execute=True)


def suspend(
    context: typer.Context, subdomain: Subdomain, reason: Reason = "", *, detach: Detach = False
) -> None:
    """Switch a tenant off.

    Proved from outside: login and live sessions are refused. Twice is harmless.
    """

    async def start(session: Session) -> int:
        requests = session.system.control.requests
        started = await requests.suspend(session.actor, subdomain, reason=reason, origin={"surface": "cli"})
        return await finish_run(session, started, detach=detach, document=_tenant_document)

    run_verb(context, start, may_execute=True)


def activate(
    context: typer.Context, subdomain: Subdomain, reason: Reason = "", *, detach: Detach = False
) -> None:
    """Switch a suspended tenant on again.

    Its frontend, context, login and isolation are checked afterwards.
    """

    async def start(session: Session) -> int:
        requests = session.system.control.requests
        started = await requests.activate(session.actor, subdomain, reason=reason, origin={"surface": "cli"})
        return await finish_run(session, started, detach=detach, document=_tenant_document)

    run_verb(context, start, may_execute=True)


def rotate(context: typer.Context, subdomain: Subdomain, *, detach: Detach = False) -> None:
    """Give a tenant a new database password and a new secret key.

    The old ones work until the new ones are proved, then no more.
    """

    async def start(session: Session) -> int:
        requests = session.system.control.requests
        started = await requests.rotate(session.actor, subdomain, origin={"surface": "cli"})
        return await finish_run(session, started, detach=detach)

    run_verb(context, start, may_execute=True)


def retry(context: typer.Context, run: Reference, *, detach: Detach = False) -> None:
    """Go on with a waiting run.

    From the step that stopped it; earlier ones are not repeated.
    """
    _decide(context, lambda session: session.system.control.runs.retry(session.actor, run), detach=detach)


def rollback(context: typer.Context, run: Reference, *, detach: Detach = False) -> None:
    """Undo what a waiting run made.

    In reverse, and only that. Refused once the customer may be using the tenant.
    """
    _decide(context, lambda session: session.system.control.runs.rollback(session.actor, run), detach=detach)


def cancel(context: typer.Context, run: Reference, *, detach: Detach = False) -> None:
    """Stop a run before its next step."""
    _decide(context, lambda session: session.system.control.runs.cancel(session.actor, run), detach=detach)


def _decide(context: typer.Context, decide: Callable[[Session], Awaitable[Run]], *, detach: bool) -> None:
    async def act(session: Session) -> int:
        return await finish_run(session, Started(await decide(session), continued=False), detach=detach)

    run_verb(context, act, may_execute=True)


async def _run_document(session: Session, run: Run) -> Document:
    views = session.system.control.views
    _, tenant = await views.run(session.actor, run.run_id)
    return run_document(run, tenant, views.access_url(run.subdomain))


async def _tenant_document(session: Session, run: Run) -> Document:
    return tenant_document(await session.system.control.views.status(session.actor, run.subdomain))


async def finish_run(
    session: Session,
    started: Started,
    *,
    detach: bool,
    document: Callable[[Session, Run], Awaitable[Document]] = _run_document,
) -> int:
    run = started.run
    if started.continued:
        waits = run.state is RunState.WAITING
        session.output.say(
            f"continuing run {run.run_id}" + (", which waits: nothing was tried again" if waits else "")
        )
    run = await follow_run(session, run.run_id, detach=detach)
    session.output.document(await document(session, run))
    await tell_end(session, run)
    return exit_code(run)


async def follow_run(session: Session, run_id: RunId, *, detach: bool) -> Run:
    """Show the run until it ends or waits, executing it here where nobody else does."""
    if not detach:
        with LiveRun(session.output.people) as live:
            try:
                await follow(session.system, session.actor, run_id, live.show)
            except BaseException:
                session.output.say(f"\n{run_id} is kept. See it with `tenantbot status {run_id}`;")
                session.output.say("the same command again, or any worker, goes on with it.")
                raise
    run, _ = await session.system.control.views.run(session.actor, run_id)
    return run


async def tell_end(session: Session, run: Run) -> None:
    views = session.system.control.views
    _, tenant = await views.run(session.actor, run.run_id)
    url = views.access_url(run.subdomain)
    tell_run(session.output, run, tenant, url, worker_alive=await session.system.worker_alive())


def exit_code(run: Run) -> int:
    if run.state is RunState.WAITING:
        return EXIT_FAILED if run.error else EXIT_NEEDS_PERSON
    has_findings = run.kind is RunKind.VERIFY_ALL and Checklist(run.checklist).failures
    return EXIT_FAILED if has_findings else EXIT_OK
