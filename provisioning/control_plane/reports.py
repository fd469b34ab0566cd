"""What a surface still has to tell people about runs, and its own notes on how far it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from provisioning.control_plane.desk import Desk
from provisioning.domain.lockdown import is_fleet
from provisioning.domain.run import Run, RunEvent, RunId
from provisioning.domain.tenant import Tenant

_MOST = 200


@dataclass(frozen=True)
class Report:
    """A run of which not all is told yet. `notes` belong to the surface; nobody else reads them."""

    run: Run
    tenant: Tenant | None
    access_url: str
    events: Sequence[RunEvent]
    notes: Mapping[str, Any]


class Reports:
    """Asked by a surface for itself, so no person's role is looked at."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def open(self, surface: str) -> Sequence[Report]:
        """The runs that were asked for at this surface and of which not all is told, oldest first."""
        async with self._desk.registry.transaction() as tx:
            return [
                Report(
                    run=one.run,
                    tenant=await tx.tenants.find(one.run.subdomain),
                    access_url=""
                    if is_fleet(one.run.subdomain)
                    else self._desk.ports.app.url(one.run.subdomain),
                    events=one.events,
                    notes=one.notes,
                )
                for one in await tx.reports.open(surface, limit=_MOST)
            ]

    async def save(self, run_id: RunId, notes: Mapping[str, Any], *, done: bool = False) -> None:
        """Keep the notes. `done`: everything is told, and the run is not asked for again."""
        async with self._desk.registry.transaction() as tx:
            await tx.reports.save(run_id, notes, done=done)
