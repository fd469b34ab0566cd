"""Tenant databases: the PostgreSQL of each tenant's project, reached through its session pooler."""

from provisioning.adapters.tenant_database.connection import PostgresTenantDatabases

__all__ = ["PostgresTenantDatabases"]
