"""`tenantbot sandbox`: the stand-ins and one worker, until it is stopped."""

import asyncio
import signal

import typer

from bot.sandbox_settings import open_sandbox
from provisioning.bootstrap import open_system
from provisioning.cli.follow import run_worker
from provisioning.cli.session import EXIT_OK, finish, invocation_of
from sandbox.document import SandboxDocument

_EXAMPLE = "tenantbot provision --sandbox --company 'Customer Inc' --subdomain customerinc --email admin@customer.com"


def sandbox(context: typer.Context) -> None:
    """Run the sandbox: stand-ins and a worker.

    Other commands join them with --sandbox.
    """
    invocation = invocation_of(context)
    home, output = invocation.options.home, invocation.output

    async def main() -> int:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        async with open_sandbox(home) as settings, open_system(settings) as system:
            document = SandboxDocument.load(home)
            assert document is not None
            output.document({"home": str(home), "mailbox": document.mailbox, "faults": document.faults})
            output.say(f"The sandbox is up under {home}. Stop it with Ctrl-C.")
            output.say(f"  mailbox   {document.mailbox}")
            output.say(f"  faults    {document.faults}")
            output.say(f"  Supabase  {document.supabase_api}")
            output.say(f"  tenants   {document.url_template}")
            output.say(f"In another terminal:\n  {_EXAMPLE}")
            await run_worker(system, stop, drain_seconds=5)
        return EXIT_OK

    finish(output, main)
