"""The platform where PLATFORM_REGISTRY is none: nothing is published, and nothing is asked."""

from collections.abc import Sequence

from provisioning.errors import Permanent
from provisioning.ports import PublishedTenant, TenantCredentials


class NoPlatform:
    """Implements the port Platform."""

    @property
    def publishes(self) -> bool:
        return False

    async def check_access(self) -> None:
        """There is nothing to have access to."""

    async def find(self, subdomain: str) -> PublishedTenant | None:  # noqa: ARG002 - the port's
        return None

    async def publish(self, tenant: TenantCredentials) -> PublishedTenant:
        raise Permanent(
            f"The tenant {tenant.subdomain} can't be published: PLATFORM_REGISTRY is none.",
            code="not_published",
        )

    async def repoint(self, tenant_id: str, tenant: TenantCredentials) -> None:
        """Nobody is told."""

    async def set_active(self, tenant_id: str, *, active: bool) -> None:
        """Nobody is told."""

    async def update_credentials(self, tenant_id: str, tenant: TenantCredentials) -> bool:  # noqa: ARG002 - the port's
        return False

    async def withdraw(self, tenant_id: str) -> str:
        return f"PLATFORM_REGISTRY is none, so nobody was asked about tenant {tenant_id}"

    async def every(self) -> Sequence[PublishedTenant]:
        return ()

    async def other_active(self, subdomain: str) -> str | None:  # noqa: ARG002 - the port's
        return None
