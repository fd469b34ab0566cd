"""Slack over Socket Mode: one connection that is watched, made anew when it goes quiet, and let go of gently."""

import asyncio
import logging
from typing import Final

import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from provisioning.domain.secret import Secret
from provisioning.ports import Clock

log = structlog.get_logger(__name__)

_PING_SECONDS: Final = 5.0
_WATCH_SECONDS: Final = 2.0
_QUIET_SECONDS: Final = 30.0
"""The library reconnects by itself; one that has not managed to for so long is replaced."""
_CLOSE_SECONDS: Final = 5.0


class Socket:
    """Delivers what Slack sends to the app, until it is closed."""

    def __init__(self, app: AsyncApp, token: Secret, *, clock: Clock) -> None:
        self._app = app
        self._token = token
        self._clock = clock
        self._handler: AsyncSocketModeHandler | None = None

    async def run(self) -> None:
        """Connect and watch until cancelled."""
        while True:
            handler = AsyncSocketModeHandler(
                self._app,
                self._token.reveal(),
                logger=_logger(),
                ping_interval=_PING_SECONDS,
                proxy=self._app.client.proxy,
            )
            self._handler = handler
            await handler.connect_async()  # type: ignore[no-untyped-call]
            log.info("connected to Slack")
            await self._watch(handler)
            log.warning("the connection to Slack is quiet, a new one is made")
            await self.close()

    async def is_connected(self) -> bool:
        return self._handler is not None and await self._handler.client.is_connected()

    async def close(self) -> None:
        handler, self._handler = self._handler, None
        if handler is not None:
            try:
                await asyncio.wait_for(handler.close_async(), _CLOSE_SECONDS)  # type: ignore[no-untyped-call]
            except TimeoutError:
                log.warning("the connection to Slack did not close in time")

    async def _watch(self, handler: AsyncSocketModeHandler) -> None:
        """Return when the connection has been down for too long."""
        alive_at = self._clock.monotonic()
        while self._clock.monotonic() - alive_at < _QUIET_SECONDS:
            await self._clock.sleep(_WATCH_SECONDS)
            if await handler.client.is_connected():
                alive_at = self._clock.monotonic()


class _InOneLine(logging.Filter):
    """The library tries to connect every few seconds, and would tell each failure twice and with a traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if said.startswith("Failed to connect"):
            record.msg, record.args, record.exc_info = " ".join(said.split()), (), None
        return not said.startswith("Failed to retrieve WSS URL")


_IN_ONE_LINE: Final = _InOneLine()


def _logger() -> logging.Logger:
    logger = logging.getLogger("slack_sdk.socket_mode")
    logger.setLevel(logging.WARNING)
    logger.addFilter(_IN_ONE_LINE)
    return logger
