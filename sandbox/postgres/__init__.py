"""The embedded PostgreSQL: one server under home that every stand-in and the control plane share."""

from sandbox.postgres.server import PostgresServer

__all__ = ["PostgresServer"]
