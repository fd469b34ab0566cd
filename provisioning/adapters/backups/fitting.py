"""Programs that fit a server: pg_dump refuses one that is newer than itself."""

from pathlib import Path

from provisioning.adapters.backups.server import Server
from provisioning.adapters.backups.tools import NEWEST_SERVER, Tools, find_tools
from provisioning.domain.project import DatabaseAddress
from provisioning.domain.secret import Secret


async def tools_for(server: Server, bin_dir: Path | None) -> Tools:
    async with server.connect(f"Connecting to the database at {server.host}") as connection:
        major = connection.get_server_version().major
    return await find_tools(bin_dir, server_major=major)


async def dump_tools(
    tenant: tuple[DatabaseAddress, Secret] | None, *, bin_dir: Path | None, ca_file: Path | None
) -> str:
    """Say which pg_dump a tenant's backup is made with. Raises Permanent when none is new enough."""
    if tenant is None:
        return str(await find_tools(bin_dir, server_major=NEWEST_SERVER))
    address, password = tenant
    return str(await tools_for(Server.of_tenant(address, password, ca_file=ca_file), bin_dir))
