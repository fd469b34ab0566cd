"""A lockdown: every active tenant suspended at once, and exactly these brought back when it is lifted (guide 14.6)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from provisioning.domain.run import RunKind
from provisioning.domain.tenant import Tenant

FLEET: Final = "*"
"""What a run or a question about all tenants names in place of a subdomain, or begins with; no tenant can have it."""

CONFIRMATION: Final = "LOCKDOWN"
"""What an approver types to do it without a second person."""

FLEET_KINDS: Final = frozenset({RunKind.LOCKDOWN, RunKind.LIFT, RunKind.VERIFY_ALL, RunKind.FLEET})


def is_fleet(subdomain: str) -> bool:
    """Tell whether it stands for all tenants."""
    return subdomain.startswith(FLEET)


@dataclass(frozen=True)
class Lockdown:
    """One that is in force. `holds` counts the tenants that it keeps suspended now."""

    lockdown_id: str
    reason: str
    declared_by: str
    declared_at: datetime
    holds: int

    @property
    def sentence(self) -> str:
        return (
            f"A lockdown is in force since {self.declared_at:%Y-%m-%d %H:%M} UTC, by {self.declared_by}: "
            f"{self.reason.rstrip('.')}."
        )

    @property
    def refusal(self) -> str:
        """What whoever wants to switch a tenant on is told."""
        return f"{self.sentence} No tenant is provisioned or activated until it is lifted (`tenantbot lockdown lift`)."


@dataclass(frozen=True)
class Covered:
    """A tenant that a lockdown has suspended: kept so by it still, or brought back, or suspended since by somebody."""

    tenant: Tenant
    is_held: bool
    is_restored: bool
