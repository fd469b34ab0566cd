"""Step 2: compare the tenant's default vendors with the seeds. A customer may do with fewer, so nothing is inserted."""

from datetime import timedelta

from provisioning.domain.seeds import Seeds
from provisioning.engine.step import step
from provisioning.provision.ports import At
from provisioning.provision.tenant_session import open_recorded_database


@step(
    2,
    "Check seeds",
    typical=timedelta(seconds=5),
    deadline=timedelta(minutes=10),
    no_undo="what was there stays as it is",
    detail=lambda said: said,
)
async def check_seeds(at: At) -> str:
    async with await open_recorded_database(at) as database:
        return vendor_words(await database.default_vendors(), at.ports.seeds)


def vendor_words(present: frozenset[str], seeds: Seeds) -> str:
    wanted = frozenset(seeds.vendor_names)
    missing, more = sorted(wanted - present), sorted(present - wanted)
    said = f"{len(wanted & present)} of {len(wanted)} default vendors"
    if missing:
        said += f", missing {', '.join(missing)}"
    return said + (f", besides {', '.join(more)}" if more else "")
