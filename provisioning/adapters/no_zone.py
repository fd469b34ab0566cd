"""The zone that we may not write to: its records are added by hand, and a step says which."""

from provisioning.errors import Permanent


class NoZone:
    """Implements the port DnsZone for DNS_PROVIDER=none."""

    provider = "none"

    async def check_access(self) -> None:
        """There is nothing to reach."""

    async def ensure_cname(self, name: str, target: str, *, comment: str) -> str:  # noqa: ARG002 - the port's names
        raise Permanent(
            f"{name} CNAME {target} must be added by hand: DNS_PROVIDER is none.", code="dns_by_hand"
        )

    async def remove_cname(self, name: str, *, comment: str) -> None:
        """Whoever added the record by hand removes it; it leads nowhere meanwhile."""
