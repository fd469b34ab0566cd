"""Tries schema files in a database of their own, on the server where backups are proved, and reads what they make."""

import asyncio
from collections.abc import Sequence

from provisioning.adapters.backups.proof import scratch_database
from provisioning.adapters.backups.server import Server
from provisioning.adapters.catalog.platform import make_platform
from provisioning.adapters.catalog.reading import read_print
from provisioning.adapters.tenant_database.errors import translated
from provisioning.adapters.tenant_database.schema import apply_files
from provisioning.domain.drift import Print
from provisioning.domain.schema_files import SchemaFile, fingerprint
from provisioning.domain.secret import Secret


class PostgresSchemaTrials:
    """Implements the port SchemaTrials. What the same files make is found out once."""

    def __init__(self, server: Secret) -> None:
        self._server = server
        self._known: dict[str, Print] = {}
        self._one_at_a_time = asyncio.Lock()

    async def fingerprint(self, files: Sequence[SchemaFile]) -> Print:
        digest = fingerprint(files)
        async with self._one_at_a_time:
            if digest not in self._known:
                self._known[digest] = await self._try(files, digest)
            return self._known[digest]

    async def _try(self, files: Sequence[SchemaFile], digest: str) -> Print:
        server = Server.from_dsn(self._server, name="PROOF_DATABASE_URL")
        async with (
            scratch_database(server, f"schema-{digest[:12]}") as scratch,
            scratch.connect("Connecting to the database where schemas are tried") as connection,
        ):
            with translated("Trying the schema"):
                await make_platform(connection)
                await apply_files(connection, files)
                return await read_print(connection)
