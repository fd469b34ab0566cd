"""`tenantbot sandbox`: the stand-ins, the Slack bot, the admin API and one worker, until it is stopped."""

import asyncio
from dataclasses import replace

import typer

from bot.sandbox_settings import announce_admin_api, take_kept_port
from bot.web_command import open_surfaces, stop_on_signals, work_beside
from provisioning.bootstrap import open_system
from provisioning.cli.session import EXIT_OK, finish, invocation_of, open_settings
from provisioning.http_server import port_of
from sandbox.document import SandboxDocument

_EXAMPLE = "tenantbot provision --sandbox --company 'Customer Inc' --subdomain customerinc --email admin@customer.com"


def run_sandbox(context: typer.Context) -> None:
    """Serve everything until a signal comes."""
    invocation = invocation_of(context)
    home, output = invocation.options.home, invocation.output
    in_sandbox = replace(invocation, options=replace(invocation.options, sandbox=True))

    async def main() -> int:
        stop, working = stop_on_signals(), asyncio.Event()
        async with (
            open_settings(in_sandbox, log_here=True) as settings,
            take_kept_port(home) as listener,
            open_system(settings) as system,
            open_surfaces(settings, system, listener, working=working),
            announce_admin_api(home, port_of(listener)),
        ):
            document = SandboxDocument.load(home)
            assert document is not None
            output.document(
                {
                    "home": str(home),
                    "slack_page": document.slack_page,
                    "mailbox": document.mailbox,
                    "faults": document.faults,
                    "admin_api": document.admin_api,
                }
            )
            output.say(f"The sandbox is up under {home}. Stop it with Ctrl-C.")
            output.say(f"\n  Slack     {document.slack_page}   ← open it and type /tenant provision\n")
            output.say(f"  mailbox   {document.mailbox}")
            output.say(f"  faults    {document.faults}")
            output.say(f"  admin API {document.admin_api}   ← with a token of `tenantbot token --sandbox`")
            output.say(f"  Supabase  {document.supabase_api}")
            output.say(f"  tenants   {document.url_template}")
            output.say(f"Or from another terminal:\n  {_EXAMPLE}")
            await work_beside(system, stop, working, drain_seconds=5)
        return EXIT_OK

    finish(output, main)
