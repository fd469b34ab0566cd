"""`tenantbot web`: the Slack surface and the admin API, and a worker beside them unless there are others."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import typer

from bot.allowlist import Rules
from bot.memory import keep_for_good, keep_for_good_once
from bot.surface import SlackSettings, Surface, open_surface
from bot.web_app import web_app
from provisioning.api.opening import open_admin_api
from provisioning.bootstrap import System, open_system
from provisioning.cli.follow import run_worker
from provisioning.cli.session import EXIT_OK, finish, invocation_of, open_settings
from provisioning.http_server import port_of, serve, take_port
from provisioning.observing.opening import executing, open_signs
from provisioning.settings import Settings

DRAIN_SECONDS: Final = 10


def run_web(context: typer.Context, *, host: str, no_worker: bool) -> None:
    """Serve until a signal comes."""
    invocation = invocation_of(context)

    async def main() -> int:
        stop, working = stop_on_signals(), asyncio.Event()
        async with (
            open_settings(invocation, log_here=True, for_slack=True) as settings,
            take_port(host, settings.port) as listener,
            open_system(settings) as system,
            open_surfaces(settings, system, listener, working=None if no_worker else working) as surface,
        ):
            invocation.output.say(_greeting(settings, surface, port_of(listener)))
            if no_worker:
                keep_for_good()
                await stop.wait()
            else:
                await work_beside(system, stop, working, drain_seconds=DRAIN_SECONDS)
        return EXIT_OK

    finish(invocation.output, main)


async def work_beside(
    system: System, stop: asyncio.Event, working: asyncio.Event, *, drain_seconds: int
) -> None:
    """Execute runs in the process of the surface until `stop` is set; `working` is set meanwhile."""
    keeping = asyncio.create_task(keep_for_good_once(working))
    try:
        await run_worker(system, stop, drain_seconds=drain_seconds, ready=working)
    finally:
        keeping.cancel()


def stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


@asynccontextmanager
async def open_surfaces(
    settings: Settings, system: System, listener: socket.socket, *, working: asyncio.Event | None
) -> AsyncIterator[Surface]:
    """Open what people and programs reach us by: Slack, and everything over HTTP. Closed in reverse, HTTP first.

    `working` is set while runs are executed in this process too; None where they are not to be.
    """
    async with (
        _open_slack(settings, system) as slack,
        open_admin_api(settings, system) as api,
        open_signs(
            system, {"Slack": slack.trouble} | ({"worker": executing(working)} if working else {})
        ) as signs,
        serve(web_app(api=api, slack=slack.request_url, signs=signs), listener),
    ):
        yield slack


@asynccontextmanager
async def _open_slack(settings: Settings, system: System) -> AsyncIterator[Surface]:
    """Open the surface over an open system; `Settings` read `for_slack` have all that it needs."""
    wanted = slack_settings(settings)
    async with open_surface(
        wanted, system.control, clock=system.clock, lead=system.lead, drain_seconds=DRAIN_SECONDS
    ) as surface:
        yield surface


def slack_settings(settings: Settings) -> SlackSettings:
    assert settings.slack_bot_token is not None
    assert settings.slack_ops_channel is not None
    return SlackSettings(
        bot_token=settings.slack_bot_token,
        app_token=settings.slack_app_token,
        signing_secret=settings.slack_signing_secret,
        api_url=settings.slack_api_url,
        ops_channel=settings.slack_ops_channel,
        digest_channel=settings.slack_digest_channel or settings.slack_ops_channel,
        rules=Rules(settings.tenantbot_viewers, settings.tenantbot_operators, settings.tenantbot_approvers),
        domain=settings.taskifai_domain,
        monthly_cost=settings.supabase_project_monthly_cost,
    )


def _greeting(settings: Settings, surface: Surface, port: int) -> str:
    ways = ["Socket Mode"] if settings.slack_app_token else []
    ways += [f"HTTP at port {port}"] if surface.request_url is not None else []
    return (
        f"The Slack bot works for workspace {surface.team}, over {' and '.join(ways)}, and the admin API "
        f"at port {port}; stop it with Ctrl-C."
    )
