"""The console script: composes the control plane, its command line, the Slack bot and the sandbox."""

import sys
from typing import NoReturn

from bot import doctor_command, sandbox_command, web_command
from bot.sandbox_settings import open_sandbox
from provisioning.cli.app import build_app, run


def main() -> NoReturn:
    app = build_app()
    app.command("web")(web_command.web)
    app.command("doctor")(doctor_command.doctor)
    app.command("sandbox")(sandbox_command.sandbox)
    run(app, sys.argv[1:], open_sandbox=open_sandbox)


if __name__ == "__main__":
    main()
