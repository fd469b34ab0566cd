"""The registry on PostgreSQL: one class per table, and the transaction that holds them together."""

from provisioning.adapters.registry.transaction import PostgresRegistry

__all__ = ["PostgresRegistry"]
