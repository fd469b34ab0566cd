"""Step 2: Initialize database schema (guide 14.3).

One transaction over a session connection; versions already recorded are skipped, so applying it twice
changes nothing.
"""

from datetime import timedelta

from provisioning.domain.project import Project
from provisioning.domain.schema_files import EXPECTED_TABLES
from provisioning.engine.step import step
from provisioning.errors import Permanent
from provisioning.provision.ports import At
from provisioning.provision.tenant_session import open_tenant_database


@step(
    2,
    "Initialize database schema",
    typical=timedelta(minutes=1),
    deadline=timedelta(minutes=10),
    no_undo="the schema goes with the project",
    detail=lambda version: f"{len(EXPECTED_TABLES)} tables, version {version}",
)
async def initialize_schema(at: At, project: Project) -> str:
    files = await at.ports.schema.files()
    async with open_tenant_database(at, project) as database:
        await database.apply_schema(files)
        if missing := EXPECTED_TABLES - await database.tables():
            raise Permanent(
                f"After the schema was applied, these tables are missing: {', '.join(sorted(missing))}; "
                "check the files in TENANT_SCHEMA_DIR.",
                code="schema",
            )
        size = await database.size_bytes()
    version = files[-1].version
    async with at.ports.registry.transaction() as tx:
        await tx.tenants.store_schema_version(at.subdomain, version, size_bytes=size)
    return version
