"""Commands for whoever runs the installation: worker, schema, tokens."""

import asyncio
import re
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Final

import typer
from starlette.applications import Starlette

from provisioning.bootstrap import System, upgrade_database
from provisioning.cli.follow import run_worker
from provisioning.cli.session import EXIT_OK, Session, finish, invocation_of, open_settings, run_verb
from provisioning.domain.actor import Role
from provisioning.domain.duration import parse_duration
from provisioning.http_server import port_of, serve, take_port
from provisioning.observing.opening import executing, open_signs
from provisioning.tokens import make_token

database = typer.Typer(help="The registry's database.", no_args_is_help=True)

DRAIN_SECONDS = 20

_MEMBER_ID: Final = re.compile(r"[UW][A-Z0-9]{2,}")


def worker(context: typer.Context) -> None:
    """Execute runs until it is stopped.

    By SIGTERM or Ctrl-C; what is running then is given time to end.
    """

    async def work(session: Session) -> int:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        working = asyncio.Event()
        async with _signs(session.system, working) as where:
            session.output.say(f"Worker started{where}; stop it with Ctrl-C.")
            await run_worker(session.system, stop, drain_seconds=DRAIN_SECONDS, ready=working)
        return EXIT_OK

    run_verb(context, work, log_here=True, may_execute=True)


@asynccontextmanager
async def _signs(system: System, working: asyncio.Event) -> AsyncIterator[str]:
    """Serve signs of life where METRICS_PORT asks for it; say where."""
    settings = system.settings
    if settings.metrics_port is None:
        yield ""
        return
    async with (
        take_port(settings.metrics_host, settings.metrics_port, setting="METRICS_PORT") as listener,
        open_signs(system, {"worker": executing(working)}) as signs,
        serve(Starlette(routes=signs), listener),
    ):
        yield f", /metrics at port {port_of(listener)}"


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
    if not name.strip() or not name.isprintable():
        raise typer.BadParameter("--name is one line, and not empty: the audit log names its holder so.")
    if slack is not None and not _MEMBER_ID.fullmatch(slack):
        raise typer.BadParameter(f"{slack} is no member id; in Slack: their profile, ⋮, Copy member ID (U…).")

    async def main() -> int:
        async with open_settings(invocation) as settings:
            made = make_token(settings, name=name, role=role, lifetime=lifetime, slack=slack)
        invocation.output.document({"token": made, "name": name, "role": role.value})
        if not invocation.output.json:
            invocation.output.say(made)
        return EXIT_OK

    finish(invocation.output, main)
