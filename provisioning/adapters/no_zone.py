"""The zone that we may not write to: its records are added by hand, and a step says which."""

from collections.abc import Sequence

from provisioning.errors import Permanent
from provisioning.ports import ZoneRecord


class NoZone:
    """Implements the port DnsZone for DNS_PROVIDER=none."""

    provider = "none"

    async def check_access(self) -> None:
        """There is nothing to reach."""

    async def ensure_cname(self, name: str, target: str, *, comment: str) -> str:  # noqa: ARG002 - the port's names
        raise Permanent(
            f"{name} CNAME {target} must be added by hand: DNS_PROVIDER is none.", code="dns_by_hand"
        )

    async def list_records(self, *, comment_start: str) -> Sequence[ZoneRecord]:  # noqa: ARG002 - the port's names
        return ()

    async def remove_cname(self, name: str, *, comment: str) -> None:
        """Whoever added the record by hand removes it; it leads nowhere meanwhile."""
