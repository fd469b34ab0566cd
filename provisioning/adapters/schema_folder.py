"""The folder of the tenant schema, read anew each time it is asked for."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from provisioning.domain.schema_files import SchemaFile, read_schema_files
from provisioning.errors import Permanent


class SchemaFilesInFolder:
    """Implements the port SchemaFolder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def files(self) -> Sequence[SchemaFile]:
        try:
            return await asyncio.to_thread(read_schema_files, self._folder)
        except (ValueError, OSError) as fault:
            raise Permanent(f"{fault} (TENANT_SCHEMA_DIR)", code="bad_files") from fault
