"""Whether a tenant is served, as anybody sees it: its front page and its health, asked at its own URL."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final

from provisioning.domain.tenant import Tenant
from provisioning.errors import TenantbotError, Transient
from provisioning.ports import Answer
from provisioning.provision.ports import At

PLACES: Final = ("frontend", "health")


@dataclass(frozen=True)
class Seen:
    """What a place answered: its status, or why there was no answer, which proves neither."""

    is_served: bool | None
    found: str
    may_pass: bool = False
    """No answer now; there may be one in a moment."""


@dataclass(frozen=True)
class Sight:
    """A tenant from outside. `seconds` is how long it took until it was as wanted, or was given up."""

    tenant: Tenant
    places: dict[str, Seen]
    seconds: float = 0.0

    def served_at(self, *, besides: frozenset[str] = frozenset()) -> list[str]:
        """The places that do not certainly refuse."""
        return [
            name for name, seen in self.places.items() if seen.is_served is not False and name not in besides
        ]

    def with_trouble(self, fault: TenantbotError) -> "Sight":
        """The platform could not be told, so that whatever is seen now may not last."""
        may_pass = isinstance(fault, Transient)
        return replace(self, places={**self.places, "platform": Seen(None, fault.message, may_pass=may_pass)})

    @property
    def told(self) -> str:
        return ", ".join(f"{name} {seen.found}" for name, seen in self.places.items())


async def look_at(at: At, tenant: Tenant) -> Sight:
    """One place after the other: over one connection, of which there is one for each tenant."""
    app = at.ports.app
    asks = {"frontend": app.frontend, "health": app.health}
    return Sight(tenant, {name: await _ask(asks[name], tenant.subdomain) for name in PLACES})


async def _ask(ask: Callable[[str], Awaitable[Answer]], subdomain: str) -> Seen:
    try:
        answer = await ask(subdomain)
    except TenantbotError as fault:
        return Seen(None, f"no answer: {fault.message}", may_pass=isinstance(fault, Transient))
    return Seen(answer.is_success, str(answer.status))
