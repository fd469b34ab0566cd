"""The command that takes up a tenant which somebody made by hand."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from provisioning.cli.output import Output
from provisioning.cli.session import EXIT_FAILED, EXIT_OK, Session, run_verb
from provisioning.cli.starting import Detach, finish_run
from provisioning.control_plane.imports import ImportPlan
from provisioning.documents import import_plan_document

_MARKS = {True: "✓", False: "✗", None: "–"}


def import_tenant(
    context: typer.Context,
    company: Annotated[str | None, typer.Option("--company", help="Company name.")] = None,
    subdomain: Annotated[str | None, typer.Option("--subdomain", help="The tenant's subdomain.")] = None,
    email: Annotated[str | None, typer.Option("--email", help="Its admin's e-mail address.")] = None,
    name: Annotated[str | None, typer.Option("--name", help="Its admin's name.")] = None,
    project_ref: Annotated[
        str | None,
        typer.Option("--project-ref", metavar="REF", help="The 20 letters of its Supabase project."),
    ] = None,
    database_url: Annotated[
        str | None,
        typer.Option(
            "--database-url", envvar="IMPORT_DATABASE_URL", help="Instead: https://REF.supabase.co, or a DSN."
        ),
    ] = None,
    database_password: Annotated[
        str | None, typer.Option("--database-password", envvar="IMPORT_DATABASE_PASSWORD")
    ] = None,
    anon_key: Annotated[
        str | None, typer.Option("--anon-key", envvar="IMPORT_ANON_KEY", help="Else Supabase is asked.")
    ] = None,
    service_key: Annotated[
        str | None, typer.Option("--service-key", envvar="IMPORT_SERVICE_KEY", help="Else Supabase is asked.")
    ] = None,
    secrets: Annotated[
        str | None,
        typer.Option(
            "--secrets",
            metavar="FILE|-",
            help="JSON with database_password, anon_key, service_key; - reads it from stdin.",
        ),
    ] = None,
    *,
    apply_schema: Annotated[
        bool, typer.Option("--apply-schema", help="Add the tables that are missing; else only say so.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Ask every question; change nothing.")] = False,
    detach: Detach = False,
) -> None:
    """Take up a tenant that was made by hand.

    It is looked at, registered, and verified; nothing of it is changed. Without its database's password a terminal
    is asked for it; secrets are better given so, by --secrets - or by the environment than as arguments, which the
    shell remembers.
    """
    raw: dict[str, Any] = {
        "company": company,
        "subdomain": subdomain,
        "email": email,
        "name": name,
        "project_ref": project_ref,
        "database_url": database_url,
        "database_password": database_password,
        "anon_key": anon_key,
        "service_key": service_key,
        "apply_schema": apply_schema,
    }
    given = _read_secrets(secrets) if secrets else {}
    raw = given | {field: value for field, value in raw.items() if value is not None}
    if not _has_password(raw) and sys.stdin.isatty():
        raw["database_password"] = typer.prompt("The database's password", hide_input=True, err=True)

    async def plan(session: Session) -> int:
        found = await session.system.control.imports.plan(session.actor, raw)
        session.output.document(import_plan_document(found))
        _tell(session.output, found)
        return EXIT_OK if found.ready else EXIT_FAILED

    async def start(session: Session) -> int:
        started = await session.system.control.imports.start(session.actor, raw, origin={"surface": "cli"})
        return await finish_run(session, started, detach=detach)

    run_verb(context, plan if dry_run else start, may_execute=not dry_run)


def _has_password(raw: Mapping[str, Any]) -> bool:
    return bool(raw.get("database_password") or urlsplit(str(raw.get("database_url") or "")).password)


def _read_secrets(where: str) -> dict[str, Any]:
    try:
        found = json.loads(sys.stdin.read() if where == "-" else Path(where).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        found = None
    if not isinstance(found, dict):
        raise typer.BadParameter("--secrets is not a JSON object that can be read.") from None
    return found


def _tell(output: Output, plan: ImportPlan) -> None:
    tenant = plan.request.tenant
    output.say(
        f"Dry run, nothing is changed: {tenant.company} at {tenant.subdomain}, project {plan.request.project_ref}."
    )
    for question in plan.questions:
        output.say(f"{_MARKS[question.ok]} {question.name}: {question.answer}")
    output.say(
        "Ready: run it again without --dry-run."
        if plan.ready
        else "Not ready: correct what is marked ✗ first."
    )
