"""The registry in memory: the same refusals as on PostgreSQL, which the contract test holds both to."""

from tests.fakes.registry.registry import FakeRegistry

__all__ = ["FakeRegistry"]
