"""The Slack surface of one process: who we are, what listens, what reports; started and stopped as one."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final

import structlog
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from starlette.routing import Route

from bot.allowlist import Allowlist, Rules
from bot.app import build_app
from bot.desk import Desk
from bot.first_calls import check_app_token, check_channel, identify
from bot.outbox.answers import Answers
from bot.outbox.calls import Identity, SlackCalls
from bot.outbox.client import open_slack
from bot.people import People
from bot.reporter.reporter import Office, Reporter
from bot.slack_requests import slack_route
from bot.sockets import Socket
from provisioning.control_plane import ControlPlane
from provisioning.domain.secret import Secret
from provisioning.ports import Clock

log = structlog.get_logger(__name__)

Lead = Callable[[str, Callable[[], Awaitable[None]]], Awaitable[None]]
"""Does the work under this name whenever no other process does it."""

REPORTER_OFFICE: Final = "slack reporter"
_CHOICES_SECONDS: Final = 1800.0
_LAST_SECONDS: Final = 2.0
_AGAIN_SECONDS: Final = 5.0


@dataclass(frozen=True)
class SlackSettings:
    """What the surface needs to know, of all the settings there are."""

    bot_token: Secret
    app_token: Secret | None
    signing_secret: Secret | None
    api_url: str
    ops_channel: str
    digest_channel: str
    rules: Rules
    domain: str
    monthly_cost: float

    @property
    def office(self) -> Office:
        return Office(
            channel=self.ops_channel,
            digest_channel=self.digest_channel,
            monthly_cost=self.monthly_cost,
            operators=self.rules.operators,
            approvers=self.rules.approvers,
        )


@dataclass
class Surface:
    """`request_url` is where Slack sends over HTTP, when it does; whoever has the server serves it."""

    team: str
    request_url: Route | None
    _desk: Desk
    _socket: Socket | None
    _tasks: list[asyncio.Task[None]]

    async def trouble(self) -> str | None:
        """Say why Slack can't reach us over the socket; None where it can, or where it is not to."""
        if self._socket is None or await self._socket.is_connected():
            return None
        return "the socket to Slack is not connected"

    async def stop(self, *, drain_seconds: float) -> None:
        """Take nothing new, finish what was acknowledged, then let go of Slack."""
        await self._desk.errands.finish(drain_seconds)
        if self._socket is not None:
            await self._socket.close()
        await self._desk.errands.finish(_LAST_SECONDS)  # what came while the socket was still open
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def open_surface(
    settings: SlackSettings, control: ControlPlane, *, clock: Clock, lead: Lead, drain_seconds: float
) -> AsyncIterator[Surface]:
    """Be there for Slack. Raises Permanent when Slack refuses a token, Transient when it can't be reached."""
    async with open_slack(settings.bot_token, api_url=settings.api_url) as client:
        calls = SlackCalls(client, clock=clock)
        identity = await identify(calls)
        if settings.app_token:
            await check_app_token(settings.app_token, api_url=settings.api_url, clock=clock)
        await check_channel(calls, settings.ops_channel, setting="SLACK_OPS_CHANNEL")
        if settings.digest_channel != settings.ops_channel:
            await check_channel(calls, settings.digest_channel, setting="SLACK_DIGEST_CHANNEL")
        desk = Desk(
            control=control,
            calls=calls,
            answers=Answers(client, clock=clock),
            allowlist=Allowlist(
                People(calls, clock=clock),
                settings.rules,
                team=identity.team,
                place="the ops channel",
            ),
            clock=clock,
            ops_channel=settings.ops_channel,
            domain=settings.domain,
            choices=await control.plans.choices(),
        )
        reporter = Reporter(control, calls, clock=clock, office=settings.office)
        app = build_app(
            desk,
            AsyncWebClient(base_url=client.base_url),
            identity,
            settings.bot_token,
            signing_secret=settings.signing_secret,
        )
        surface = _start(
            settings,
            desk,
            app,
            identity,
            besides=[partial(lead, REPORTER_OFFICE, reporter.run), partial(_keep_choices, desk)],
        )
        try:
            yield surface
        finally:
            await surface.stop(drain_seconds=drain_seconds)


def _start(
    settings: SlackSettings,
    desk: Desk,
    app: AsyncApp,
    identity: Identity,
    *,
    besides: Sequence[Callable[[], Awaitable[None]]],
) -> Surface:
    socket = Socket(app, settings.app_token, clock=desk.clock) if settings.app_token else None
    work = [*([socket.run] if socket else []), *besides]
    tasks = [asyncio.create_task(keep(part, desk.clock)) for part in work]
    request_url = slack_route(app) if settings.signing_secret else None
    return Surface(identity.team, request_url, desk, socket, tasks)


async def keep(work: Callable[[], Awaitable[None]], clock: Clock) -> None:
    """Do it until cancelled. A part that ends by an error is a defect: it is heard of, and begun again."""
    while True:
        try:
            await work()
        except Exception:
            log.exception("a part of the Slack surface ended, and begins again")
        await clock.sleep(_AGAIN_SECONDS)


async def _keep_choices(desk: Desk) -> None:
    while True:
        await desk.clock.sleep(_CHOICES_SECONDS)
        desk.choices = await desk.control.plans.choices()
