"""The commands that need the bot or the sandbox. What they import is most of the program, so they do it when called."""

from typing import Annotated

import typer


def web(
    context: typer.Context,
    *,
    no_worker: Annotated[
        bool, typer.Option("--no-worker", help="Leave the runs to processes of `tenantbot worker`.")
    ] = False,
    host: Annotated[str, typer.Option("--host", help="Address to listen at for HTTP.")] = "0.0.0.0",  # noqa: S104
) -> None:
    """Run the Slack bot, the admin API, and a worker.

    Slack over Socket Mode with SLACK_APP_TOKEN, over HTTP with SLACK_SIGNING_SECRET; the admin API over HTTP. All
    HTTP is at PORT.
    """
    from bot.web_command import run_web  # noqa: PLC0415

    run_web(context, host=host, no_worker=no_worker)


def sandbox(context: typer.Context) -> None:
    """Run the sandbox: stand-ins, the Slack bot, the admin API and a worker.

    Open the page that it prints and type `/tenant`. Other commands join with --sandbox.
    """
    from bot.sandbox_command import run_sandbox  # noqa: PLC0415

    run_sandbox(context)


def digest(
    context: typer.Context,
    *,
    preview: Annotated[bool, typer.Option("--preview", help="Show it here, and post nothing.")] = False,
) -> None:
    """Post the digest in its channel now.

    On schedule, workers do it by themselves (DIGEST_CRON).
    """
    from bot.digest_command import run_digest  # noqa: PLC0415

    run_digest(context, preview=preview)


def doctor(context: typer.Context) -> None:
    """Check every setting and outside system.

    By real calls, each with what to do where it does not hold.
    """
    from bot.doctor_command import run_doctor  # noqa: PLC0415

    run_doctor(context)
