"""One diagnosis from beginning to end: the playbooks side by side, their evidence together, the cause that explains most."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from provisioning.diagnose import (
    cross_tenant_leak,
    database_connection,
    subdomain_not_resolving,
    tenant_not_found,
)
from provisioning.diagnose.asks import BUDGET, Asks
from provisioning.diagnose.subject import Subject
from provisioning.domain.diagnosis import Cause, Diagnosis, Issue, ranked

Playbook = Callable[[Asks, Subject], Awaitable[Cause | None]]

PLAYBOOKS: Final[Mapping[Issue, Playbook]] = {
    Issue.DNS: subdomain_not_resolving.examine,
    Issue.DATABASE: database_connection.examine,
    Issue.NOT_FOUND: tenant_not_found.examine,
    Issue.LEAK: cross_tenant_leak.examine,
}
"""In the guide's order."""


async def diagnose(subject: Subject, issues: Sequence[Issue]) -> Diagnosis:
    """Ask all there is to ask about these issues, ten seconds at most."""
    started = subject.clock.monotonic()
    asks = {
        issue: Asks(issue, subject.clock, until=started + BUDGET) for issue in PLAYBOOKS if issue in issues
    }
    causes = await asyncio.gather(*(PLAYBOOKS[issue](one, subject) for issue, one in asks.items()))
    return Diagnosis(
        subdomain=subject.subdomain,
        made_at=subject.clock.now(),
        seconds=round(subject.clock.monotonic() - started, 3),
        issues=tuple(asks),
        probes=tuple(probe for one in asks.values() for probe in one.probes),
        causes=ranked([cause for cause in causes if cause is not None]),
    )
