"""When what works today will stop working: Supabase's token, and the certificate that tenants are served with."""

import secrets
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, date, datetime, time
from typing import Final

import structlog
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from provisioning.errors import TenantbotError
from provisioning.ports import Clock

log = structlog.get_logger(__name__)

LOOK_SECONDS: Final = 3600.0
AGAIN_SECONDS: Final = 300.0

CertificateExpiry = Callable[[str], Awaitable[datetime | None]]


class Expiries(Collector):
    """Looks at the certificate now and then, so that nobody who asks for metrics waits for it."""

    def __init__(
        self, *, token_expires: date | None, certificate_expiry: CertificateExpiry, clock: Clock
    ) -> None:
        self._token_expires = token_expires
        self._certificate_expiry = certificate_expiry
        self._clock = clock
        self._certificate: datetime | None = None

    async def watch(self) -> None:
        """Look until cancelled. What can't be looked at stays as it was seen last."""
        while True:
            await self._clock.sleep(LOOK_SECONDS if await self.look() else AGAIN_SECONDS)

    async def look(self) -> bool:
        """Look at the certificate of a name that nobody has: the wildcard's, which new tenants are served with."""
        try:
            self._certificate = await self._certificate_expiry(f"tenantbot-{secrets.token_hex(6)}")
        except TenantbotError as fault:
            log.info("the tenants' certificate could not be looked at", reason=fault.message)
            return False
        return True

    def collect(self) -> Iterable[Metric]:
        token = GaugeMetricFamily(
            "tenantbot_token_expiry_timestamp_seconds",
            "When a token ends, as its setting says.",
            labels=["token"],
        )
        if self._token_expires is not None:
            end = datetime.combine(self._token_expires, time.min, UTC)
            token.add_metric(["supabase"], end.timestamp() if end.date() != date.max else float("inf"))
        certificate = GaugeMetricFamily(
            "tenantbot_certificate_expiry_timestamp_seconds", "When the tenants' wildcard certificate ends."
        )
        if self._certificate is not None:
            certificate.add_metric([], self._certificate.timestamp())
        return [token, certificate]
