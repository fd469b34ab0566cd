"""The folder of the tenant schema, and the place where it is tried, in memory."""

from collections.abc import Sequence

from provisioning.domain.drift import Print
from provisioning.domain.schema_files import SchemaFile
from tests.fakes.tenant_database import FakeTenantDatabase


class FakeSchemaFolder:
    """Implements the port SchemaFolder."""

    def __init__(self, files: Sequence[SchemaFile]) -> None:
        self.now = list(files)

    async def files(self) -> Sequence[SchemaFile]:
        return tuple(self.now)


class FakeSchemaTrials:
    """Implements the port SchemaTrials. A trial finds what a tenant would, `refuses` included."""

    def __init__(self) -> None:
        self.refuses: dict[str, str] = {}

    async def fingerprint(self, files: Sequence[SchemaFile]) -> Print:
        database = FakeTenantDatabase()
        database.refuses = self.refuses
        await database.apply_schema(files)
        return await database.fingerprint()
