"""Commands for whoever runs the installation: worker, schema, tokens."""

import asyncio
import signal
from typing import Annotated

import typer

from provisioning.bootstrap import upgrade_database
from provisioning.cli.follow import run_worker
from provisioning.cli.session import EXIT_OK, Session, finish, invocation_of, open_settings, run_verb
from provisioning.domain.actor import Role
from provisioning.domain.duration import parse_duration
from provisioning.tokens import make_token

database = typer.Typer(help="The registry's database.", no_args_is_help=True)

DRAIN_SECONDS = 20


def worker(context: typer.Context) -> None:
    """Execute runs until it is stopped.

    By SIGTERM or Ctrl-C; what is running then is given time to end.
    """

    async def work(session: Session) -> int:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        session.output.say("Worker started; stop it with Ctrl-C.")
        await run_worker(session.system, stop, drain_seconds=DRAIN_SECONDS)
        return EXIT_OK

    run_verb(context, work, log_here=True, may_execute=True)


@database.command("upgrade")
def upgrade(context: typer.Context) -> None:
    """Bring the registry's and the engine's tables up to date."""
    invocation = invocation_of(context)

    async def main() -> int:
        async with open_settings(invocation) as settings:
            applied = await upgrade_database(settings.database_url)
        invocation.output.document({"applied": list(applied)})
        invocation.output.say(f"Applied {', '.join(applied)}." if applied else "Up to date.")
        return EXIT_OK

    finish(invocation.output, main)


def token(
    context: typer.Context,
    name: Annotated[
        str, typer.Option("--name", help="Who holds the token, as the audit log will name them.")
    ],
    role: Annotated[Role, typer.Option("--role", help="What they may do.")],
    slack: Annotated[
        str | None,
        typer.Option(
            "--slack",
            metavar="U…",
            help="Their user id in Slack: nobody approves what they asked for elsewhere.",
        ),
    ] = None,
    expires: Annotated[
        str, typer.Option("--expires", help="How long it is valid: 45s, 30m, 24h, 7d.")
    ] = "30d",
) -> None:
    """Make a token for TENANTBOT_TOKEN.

    It says who its holder is, and what they may do.
    """
    invocation = invocation_of(context)
    try:
        lifetime = parse_duration(expires)
    except ValueError as fault:
        raise typer.BadParameter(str(fault)) from None
    if not lifetime:
        raise typer.BadParameter("A token that expires at once is of no use.")

    async def main() -> int:
        async with open_settings(invocation) as settings:
            made = make_token(settings, name=name, role=role, lifetime=lifetime, slack=slack)
        invocation.output.document({"token": made, "name": name, "role": role.value})
        if not invocation.output.json:
            invocation.output.say(made)
        return EXIT_OK

    finish(invocation.output, main)
