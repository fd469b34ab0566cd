"""The console script: composes the control plane, its command line, the Slack bot and the sandbox."""

import sys
from typing import NoReturn

import typer

from bot import digest_command, doctor_command, sandbox_command, web_command
from bot.sandbox_settings import open_sandbox
from provisioning.cli.app import build_app, run


def main() -> NoReturn:
    run(commands(), sys.argv[1:], open_sandbox=open_sandbox)


def commands() -> typer.Typer:
    """Every command of the program: the control plane's, and those that need the bot or the sandbox."""
    app = build_app()
    app.command("web")(web_command.web)
    app.command("digest")(digest_command.digest)
    app.command("doctor")(doctor_command.doctor)
    app.command("sandbox")(sandbox_command.sandbox)
    return app


if __name__ == "__main__":
    main()
