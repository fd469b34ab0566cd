"""Looks at tenants, each against its own version of the schema. Changes nothing."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from typing import Final

from provisioning.domain.drift import TenantDrift, compare, compare_seeds
from provisioning.domain.schema_files import SchemaFile
from provisioning.errors import TenantbotError
from provisioning.provision.ports import ProvisionPorts
from provisioning.provision.tenant_session import open_database_of

AT_ONCE: Final = 16
_VENDORS: Final = "public.vendor_configs"


async def find_drift(ports: ProvisionPorts, subdomains: AsyncIterator[str]) -> AsyncIterator[TenantDrift]:
    """Look at each, some at a time, and give them in their order as they are known."""
    files = await ports.schema.files()
    under_way: deque[asyncio.Task[TenantDrift]] = deque()
    try:
        async for subdomain in subdomains:
            under_way.append(asyncio.create_task(look_at(ports, subdomain, files)))
            if len(under_way) == AT_ONCE:
                yield await under_way.popleft()
        while under_way:
            yield await under_way.popleft()
    finally:
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)


async def look_at(ports: ProvisionPorts, subdomain: str, files: Sequence[SchemaFile]) -> TenantDrift:
    """Compare one tenant with what exactly the versions that are recorded in it make."""
    try:
        async with await open_database_of(ports, subdomain) as database:
            versions = await database.schema_versions()
            found = await database.fingerprint()
            has_vendors = _VENDORS in found.get("table", {})
            vendors = await database.vendor_configurations() if has_vendors else {}
        expected = await ports.trials.fingerprint([file for file in files if file.version in versions])
    except TenantbotError as fault:
        return TenantDrift(subdomain, None, fault=fault.message)
    version = versions[-1] if versions else None
    known = {file.version for file in files}
    findings = [f"version {one}: recorded, but there is no such file" for one in versions if one not in known]
    findings += [_gap(one, version) for one in _skipped(files, versions)]
    findings += [one.told(version or "none") for one in compare(expected, found)]
    return TenantDrift(subdomain, version, (*findings, *compare_seeds(ports.seeds, vendors)))


def _skipped(files: Sequence[SchemaFile], versions: Sequence[str]) -> list[str]:
    """Files that are older than the tenant's version, and were never applied to it."""
    newest = versions[-1] if versions else ""
    return [file.version for file in files if file.version < newest and file.version not in versions]


def _gap(version: str, newest: str | None) -> str:
    return f"version {version}: never applied, although the tenant has {newest}"
