"""Step 1: compare the tenant's tables with ours, as a set. Changes nothing, unless that was asked for."""

from collections.abc import Iterable
from datetime import timedelta

from provisioning.domain.schema_files import EXPECTED_TABLES
from provisioning.engine.step import step
from provisioning.errors import Permanent
from provisioning.provision.ports import At
from provisioning.provision.tenant_session import open_recorded_database


@step(
    1,
    "Check schema",
    typical=timedelta(seconds=5),
    deadline=timedelta(minutes=10),
    no_undo="what was there stays as it is",
    detail=lambda said: said,
)
async def check_schema(at: At, *, apply: bool) -> str:
    async with await open_recorded_database(at) as database:
        applied = await database.apply_schema(await at.ports.schema.files()) if apply else ()
        tables = await database.tables()
        version, size = await database.schema_version(), await database.size_bytes()
    if missing := EXPECTED_TABLES - tables:
        raise Permanent(
            f"{at.subdomain} lacks tables: {_listed(missing)}. Add them and retry; or cancel this run, and import "
            "the tenant with --apply-schema.",
            code="drift",
        )
    if version is not None:
        async with at.ports.registry.transaction() as tx:
            await tx.tenants.store_schema_version(at.subdomain, version, size_bytes=size)
    return drift_words(tables, version) + (f"; applied {', '.join(applied)}" if applied else "")


def drift_words(tables: frozenset[str], version: str | None) -> str:
    """Say how the tenant's tables differ from ours."""
    said = [f"{len(EXPECTED_TABLES & tables)} of {len(EXPECTED_TABLES)} tables"]
    if missing := EXPECTED_TABLES - tables:
        said.append(f"missing {_listed(missing)}")
    if more := tables - EXPECTED_TABLES:
        said.append(f"besides {_listed(more)}")
    said.append(f"version {version}" if version else "of no recorded version")
    return ", ".join(said)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
