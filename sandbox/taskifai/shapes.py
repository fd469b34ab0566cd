"""The two ways the admin API is written: as the guide has it, and as the platform's code has it.

No answer ever holds a key.
"""

from typing import Any, Protocol

from sandbox.taskifai.bodies import NestedNewTenant, NestedTenantChange, NewTenant, TenantChange
from sandbox.taskifai.tenants import Tenant


class Shape(Protocol):
    """How one generation of the API writes tenants."""

    taken: int

    def read_new(self, body: bytes) -> NewTenant: ...
    def read_change(self, body: bytes) -> TenantChange: ...
    def created(self, tenant: Tenant) -> dict[str, Any]: ...
    def shown(self, tenant: Tenant) -> dict[str, Any]: ...


class GuideShape:
    taken = 409

    def __init__(self, url_template: str) -> None:
        self._url_template = url_template

    def read_new(self, body: bytes) -> NewTenant:
        return NewTenant.model_validate_json(body)

    def read_change(self, body: bytes) -> TenantChange:
        return TenantChange.model_validate_json(body)

    def created(self, tenant: Tenant) -> dict[str, Any]:
        return {
            "tenant_id": str(tenant.tenant_id),
            "subdomain": tenant.subdomain,
            "database_url": tenant.database_url,
            "is_active": tenant.is_active,
            "created_at": tenant.created_at.isoformat(),
            "access_url": self._url_template.replace("{subdomain}", tenant.subdomain),
        }

    def shown(self, tenant: Tenant) -> dict[str, Any]:
        suspended_at = tenant.suspended_at.isoformat() if tenant.suspended_at else None
        return {
            **self.created(tenant),
            "company_name": tenant.company_name,
            "suspended_at": suspended_at,
        }


class PlatformShape:
    taken = 400

    def read_new(self, body: bytes) -> NewTenant:
        return NestedNewTenant.model_validate_json(body).flat()

    def read_change(self, body: bytes) -> TenantChange:
        return NestedTenantChange.model_validate_json(body).flat()

    def created(self, tenant: Tenant) -> dict[str, Any]:
        return self.shown(tenant)

    def shown(self, tenant: Tenant) -> dict[str, Any]:
        return {
            "tenant_id": str(tenant.tenant_id),
            "subdomain": tenant.subdomain,
            "company_name": tenant.company_name,
            "database_url": tenant.database_url,
            "is_active": tenant.is_active,
            "created_at": tenant.created_at.isoformat(),
            "updated_at": tenant.updated_at.isoformat() if tenant.updated_at else None,
        }
