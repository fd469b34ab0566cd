"""Commands that only read."""

from collections.abc import AsyncIterator
from typing import Annotated

import typer

from provisioning.cli.live import render_steps, words
from provisioning.cli.output import Output
from provisioning.cli.session import EXIT_OK, Session, run_verb
from provisioning.cli.stories import tell_approval, tell_run
from provisioning.cli.tables import add_row, age, new_table
from provisioning.control_plane.views import PAGE, TenantView
from provisioning.documents import (
    Document,
    list_document,
    run_document,
    tenant_document,
    tenant_row,
    tenant_verification_document,
)
from provisioning.domain.run import RunState
from provisioning.domain.tenant import TenantState
from provisioning.errors import Refused


def status(
    context: typer.Context,
    reference: Annotated[str, typer.Argument(metavar="SUBDOMAIN|RUN")],
    *,
    events: Annotated[bool, typer.Option("--events", help="Show the run's whole history.")] = False,
    verifications: Annotated[
        bool, typer.Option("--verifications", help="Show what its latest verifications came to.")
    ] = False,
) -> None:
    """Show one tenant, or one run.

    By subdomain or run id: state, open or latest run, last verification.
    """

    async def show(session: Session) -> int:
        views = session.system.control.views
        view = await views.status(session.actor, reference)
        history = await views.events(session.actor, view.run.run_id) if events and view.run else None
        found = await session.system.control.rounds.history(session.actor, reference) if verifications else ()
        more = (
            {"verifications": [tenant_verification_document(one) for one in found]} if verifications else {}
        )
        session.output.document({**tenant_document(view, history), **more})
        _tell_status(session.output, view, worker_alive=await session.system.worker_alive())
        for event in history or ():
            step = f" step {event.step}" if event.step else ""
            session.output.say(
                f"{event.at:%Y-%m-%d %H:%M:%S}{step} {event.what}"
                + (f" - {event.detail}" if event.detail else "")
            )
        for one in found:
            session.output.say(f"{one.at:%Y-%m-%d %H:%M:%S} {one.verdict}, run {one.run_id}")
        return EXIT_OK

    run_verb(context, show)


def list_tenants(
    context: typer.Context,
    text: Annotated[
        str, typer.Argument(help="Part of a company's name, a subdomain or an admin's address.")
    ] = "",
    page: Annotated[int, typer.Option("--page", min=1, help=f"{PAGE} tenants a page, newest first.")] = 1,
    *,
    every: Annotated[bool, typer.Option("--all", help="All of them, a line each as they come.")] = False,
) -> None:
    """List tenants."""

    async def pour(session: Session) -> int:
        if text or page > 1:
            raise Refused("--all lists every tenant; leave the text and --page out.", code="usage")
        total = await session.output.stream("tenants", _entries(session))
        session.output.say(_how_many(total, total, ""))
        return EXIT_OK

    async def show(session: Session) -> int:
        views = session.system.control.views
        tenants, total = await views.list(session.actor, text=text, page=page)
        session.output.document(
            list_document([(one, views.access_url(one.subdomain)) for one in tenants], total)
        )
        table = new_table("subdomain", "company", "state", "age", "URL", whole=("subdomain", "URL"))
        for tenant in tenants:
            add_row(
                table,
                tenant.subdomain,
                tenant.company_name,
                tenant.reading,
                age(tenant.created_at),
                views.access_url(tenant.subdomain),
            )
        session.output.say(table)
        session.output.say(_how_many(len(tenants), total, text))
        if (lockdown := await session.system.control.lockdowns.in_force(session.actor)) is not None:
            session.output.say(f"{lockdown.sentence} It keeps {lockdown.holds} tenants suspended.")
        return EXIT_OK

    run_verb(context, pour if every else show)


def runs(
    context: typer.Context,
    *,
    open_only: Annotated[bool, typer.Option("--open", help="Only queued, running and waiting runs.")] = False,
) -> None:
    """List runs, newest first."""

    async def show(session: Session) -> int:
        views = session.system.control.views
        states = [state for state in RunState if state.is_open] if open_only else []
        found = await views.runs(session.actor, states=states)
        session.output.document({"runs": [run_document(run, None, "") for run in found], "total": len(found)})
        table = new_table("run", "state", "asked by", "age", "waiting for", whole=("run",))
        for run in found:
            waits = run.waiting_for.what if run.waiting_for else ""
            add_row(table, run.run_id, words(run.state), run.requested_by, age(run.created_at), waits)
        session.output.say(table if found else "No runs.")
        return EXIT_OK

    run_verb(context, show)


async def _entries(session: Session) -> AsyncIterator[Document]:
    """Every tenant as the document has it; for people, a line is said on the way."""
    views = session.system.control.views
    async for tenant in views.every(session.actor):
        url = views.access_url(tenant.subdomain)
        if not session.output.json:
            said = (tenant.company_name, tenant.reading, age(tenant.created_at), url)
            session.output.say(f"{tenant.subdomain}  " + ", ".join(said))
        yield tenant_row(tenant, url)


def _how_many(shown: int, total: int, text: str) -> str:
    if total:
        return f"{shown} of {total} tenants." + ("" if shown else f" There are {-(-total // PAGE)} pages.")
    return f"No tenant matches {text}." if text else "No tenants yet; `tenantbot provision` makes the first."


def _tell_status(output: Output, view: TenantView, *, worker_alive: bool) -> None:
    tenant = view.tenant
    if tenant is not None:
        output.say(f"{tenant.company_name}: {tenant.reading}, {view.access_url}")
        size = f", {tenant.database_bytes / 2**20:.1f} MiB" if tenant.database_bytes else ""
        recorded = "not recorded yet" if tenant.state is TenantState.PROVISIONING else str(tenant.tenant_id)
        project = tenant.project_ref or "none yet"
        output.say(f"  tenant {recorded}, project {project}, {age(tenant.created_at)} old{size}")
        output.say(
            f"  admin {tenant.admin_name} <{tenant.admin_email}>, schema {tenant.schema_version or 'none yet'}"
        )
        if tenant.suspended_at is not None:
            output.say(
                f"  suspended {age(tenant.suspended_at)} ago by {tenant.suspended_by}: {tenant.suspended_reason}"
            )
    if view.approval is not None:
        tell_approval(output, view.approval)
    if view.run is not None:
        output.say(render_steps(view.run))
        tell_run(output, view.run, tenant, view.access_url, worker_alive=worker_alive)
