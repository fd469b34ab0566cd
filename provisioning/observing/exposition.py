"""Everything that /metrics shows: this process's own counters, and the whole installation's figures."""

import asyncio
import platform
import tomllib
from collections.abc import Awaitable, Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Final

import structlog
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Info,
    disable_created_metrics,
    generate_latest,
)

from provisioning.domain.figures import Figures
from provisioning.errors import TenantbotError
from provisioning.observing.expiry import Expiries
from provisioning.observing.families import FigureCollector
from provisioning.ports import Clock
from provisioning.settings import ROOT

log = structlog.get_logger(__name__)

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
FRESH_SECONDS: Final = 5.0
"""However many ask, the registry is counted this often at most."""
_COUNT_SECONDS: Final = 10.0


class Exposition:
    """`count` counts the installation; several who ask at once are answered by one count."""

    def __init__(self, count: Callable[[], Awaitable[Figures]], expiries: Expiries, *, clock: Clock) -> None:
        self._count = count
        self._expiries = expiries
        self._clock = clock
        self._counting = asyncio.Lock()
        self._figures: Figures | None = None
        self._counted_at = float("-inf")
        self._about = _about()
        disable_created_metrics()  # type: ignore[no-untyped-call]  # nobody asks when a counter began

    async def text(self) -> bytes:
        """Everything in Prometheus's text format. A registry that is away takes nothing else with it."""
        counted = CollectorRegistry()
        counted.register(FigureCollector(await self._fresh()))
        counted.register(self._expiries)
        return b"".join(generate_latest(part) for part in (self._about, counted, REGISTRY))

    async def _fresh(self) -> Figures | None:
        async with self._counting:
            if self._clock.monotonic() - self._counted_at >= FRESH_SECONDS:
                self._figures = await self._counted()
                self._counted_at = self._clock.monotonic()
            return self._figures

    async def _counted(self) -> Figures | None:
        try:
            async with asyncio.timeout(_COUNT_SECONDS):
                return await self._count()
        except (TenantbotError, TimeoutError) as fault:
            log.warning("the registry could not be counted", reason=str(fault) or "no answer in time")
            return None


def _about() -> CollectorRegistry:
    about = CollectorRegistry()
    said = {"version": _own_version(), "engine": version("dbos"), "python": platform.python_version()}
    Info("tenantbot_build", "What runs here.", registry=about).info(said)
    return about


def _own_version() -> str:
    try:
        return version("tenantbot")
    except PackageNotFoundError:  # started from a clone, which says it itself
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
        return str(project["project"]["version"])
