"""Step 1: no two tenants are served from one database, and each from its own, as the platform has it registered."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from provisioning.domain.project import ProjectRef
from provisioning.domain.round import How, Leak
from provisioning.engine.step import step
from provisioning.ports import PublishedTenant
from provisioning.provision.ports import At
from provisioning.rounds.alarm import raise_alarm


@dataclass(frozen=True)
class Wiring:
    """The result in words, and how many tenants are not served as they should be."""

    said: str
    leaks: int = 0


@step(
    1,
    "Compare who is served from where",
    typical=timedelta(seconds=2),
    deadline=timedelta(minutes=10),
    no_undo="a comparison leaves nothing behind",
    detail=lambda wiring: wiring.said,
)
async def compare_wiring(at: At) -> Wiring:
    """The platform's own list against ours; nobody is asked anything else."""
    if not at.ports.platform.publishes:
        return Wiring("skipped: PLATFORM_REGISTRY is none")
    rows = [row for row in await at.ports.platform.every() if row.is_active]
    async with at.ports.registry.transaction() as tx:
        refs = {one.subdomain: one.project_ref for one in await tx.tenants.verifiable()}
    ours = {name: at.ports.projects.url(ProjectRef(ref)) for name, ref in refs.items() if ref}
    leaks = [*_shared(rows), *_wrong(rows, ours)]
    async with at.ports.registry.transaction() as tx:
        await at.hold(tx)
        await raise_alarm(tx, at, leaks)
    said = f"{len(rows)} compared" + (f"; {len(leaks)} not as they should be" if leaks else "")
    return Wiring(said, len(leaks))


def _shared(rows: Sequence[PublishedTenant]) -> list[Leak]:
    by_url: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row.database_url is not None:
            by_url[row.database_url].append(row.subdomain)
    return [
        Leak(
            first,
            other,
            How.SHARED_DATABASE,
            f"The platform serves {first} and {other} from one database ({url}).",
        )
        for url, (first, *others) in by_url.items()
        for other in others
    ]


def _wrong(rows: Sequence[PublishedTenant], ours: Mapping[str, str]) -> list[Leak]:
    return [
        Leak(
            row.subdomain,
            "",
            How.WRONG_DATABASE,
            f"The platform serves {row.subdomain} from {row.database_url}, and not from its own project {own}.",
        )
        for row in rows
        if row.database_url is not None and (own := ours.get(row.subdomain)) and own != row.database_url
    ]
