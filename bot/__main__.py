"""The console script: composes the control plane, its command line, the Slack bot and the sandbox."""

import sys
from typing import NoReturn

import typer

from bot import commands
from bot.sandbox_settings import open_sandbox
from provisioning.cli.app import build_app, run


def main() -> NoReturn:
    run(program(), sys.argv[1:], open_sandbox=open_sandbox)


def program() -> typer.Typer:
    """Every command of the program: the control plane's, and those that need the bot or the sandbox."""
    app = build_app()
    app.command()(commands.web)
    app.command()(commands.digest)
    app.command()(commands.doctor)
    app.command()(commands.sandbox)
    return app


if __name__ == "__main__":
    main()
