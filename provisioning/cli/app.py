"""The command line's table of contents, and the options that hold for every command."""

import os
import sys
from collections.abc import Sequence
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from typer._click.exceptions import NoArgsIsHelpError, UsageError  # typer carries its own click

from provisioning.cli import (
    auditing,
    diagnosing,
    emergency,
    ending,
    fleet,
    importing,
    keys,
    operations,
    reading,
    restoring,
    starting,
    tidying,
)
from provisioning.cli.options import SANDBOX_PEOPLE, Options, Program, hoist, home_folder, program, wants_json
from provisioning.cli.output import Output
from provisioning.cli.session import EXIT_INTERRUPTED, EXIT_REFUSED, Invocation, SandboxOpener
from provisioning.errors import Refused


def build_app() -> typer.Typer:
    """Make the command tree. Whoever composes the program may add commands of its own."""
    app = typer.Typer(
        name="tenantbot",
        help="The control plane of TaskifAI: provisions, verifies and operates tenants.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_options)
    app.command()(starting.provision)
    app.command()(reading.status)
    app.command("list")(reading.list_tenants)
    app.command()(reading.runs)
    app.command()(starting.verify)
    app.command()(starting.suspend)
    app.command()(starting.activate)
    app.command()(starting.rotate)
    app.command()(ending.deprovision)
    app.command()(ending.approve)
    app.command()(ending.reject)
    app.command()(ending.undo)
    app.add_typer(emergency.lockdown, name="lockdown")
    app.add_typer(fleet.fleet, name="fleet")
    app.command()(starting.retry)
    app.command()(starting.rollback)
    app.command()(starting.cancel)
    app.command()(starting.resend)
    app.command()(diagnosing.diagnose)
    app.command()(tidying.orphans)
    app.command()(restoring.restore)
    app.command("import")(importing.import_tenant)
    app.add_typer(auditing.audit, name="audit")
    app.command()(operations.worker)
    app.command()(operations.token)
    app.add_typer(operations.database, name="db")
    app.add_typer(keys.keys, name="keys")
    return app


def run(app: typer.Typer, arguments: Sequence[str], *, open_sandbox: SandboxOpener) -> NoReturn:
    """Parse and execute; leave with the command's exit code."""
    as_json = wants_json(arguments)
    found: dict[str, Any] = {"open_sandbox": open_sandbox}
    try:
        code = app(hoist(arguments), prog_name="tenantbot", standalone_mode=False, obj=found)
    except NoArgsIsHelpError as fault:
        fault.show()
        code = EXIT_REFUSED
    except UsageError as fault:
        _usage_error(fault, as_json=as_json, invocation=found.get("invocation"))
        code = EXIT_REFUSED
    except (typer.Abort, KeyboardInterrupt):
        code = EXIT_INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        code = 0
    sys.exit(code or 0)


def _options(
    context: typer.Context,
    *,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document on stdout, all else on stderr.")
    ] = False,
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="Use stand-ins for every outside system; no account needed.")
    ] = False,
    home: Annotated[
        str | None,
        typer.Option("--home", help="Where state is kept (else TENANTBOT_HOME, else .tenantbot here)."),
    ] = None,
    person: Annotated[
        str | None, typer.Option("--as", help=f"Who you are in the sandbox: {', '.join(SANDBOX_PEOPLE)}.")
    ] = None,
) -> None:
    """The control plane of TaskifAI: provisions, verifies and operates tenants.

    The options below may stand before or after the command.
    """
    options = Options(json=json, sandbox=sandbox, home=home_folder(home, os.environ), person=person)
    context.obj["invocation"] = Invocation(
        options=options,
        open_sandbox=context.obj["open_sandbox"],
        program=program(sys.argv[0], options, given_home=home),
    )


def _usage_error(fault: UsageError, *, as_json: bool, invocation: Invocation | None) -> None:
    output = Output(
        json=as_json,
        out=Console(highlight=False),
        err=Console(stderr=True, highlight=False),
        program=invocation.program if invocation else Program(),
    )
    hint = f" `{fault.ctx.command_path} --help` shows how." if fault.ctx else ""
    output.error(Refused(_sentence(fault) + hint, code="usage"))


def _sentence(fault: UsageError) -> str:
    """Close a sentence, and leave out what the library puts before a check of ours."""
    message = fault.format_message().replace("Value error, ", "")
    return message if message.endswith((".", "?", "!")) else f"{message}."
