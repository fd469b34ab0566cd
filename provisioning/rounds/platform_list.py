"""The platform's list of tenants, asked for once in a round and not once for every tenant."""

from dataclasses import dataclass
from typing import Any

from provisioning.ports import Platform, PublishedTenant


@dataclass(frozen=True)
class PlatformList:
    """Finds tenants in the list; everything else is the platform's own affair."""

    platform: Platform
    rows: dict[str, PublishedTenant]

    @classmethod
    async def of(cls, platform: Platform) -> "PlatformList":
        rows = await platform.every() if platform.publishes else ()
        return cls(platform, {row.subdomain: row for row in rows})

    async def find(self, subdomain: str) -> PublishedTenant | None:
        return self.rows.get(subdomain)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.platform, name)
