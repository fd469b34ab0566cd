"""What there is, in numbers: the state of the whole installation as the registry has it at one moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Final

BUCKETS: Final = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, 86400.0, inf)
"""Bounds of the histogram of steps, in seconds; the registry counts by the same."""


@dataclass(frozen=True)
class StepTally:
    """Endings of one step of a kind of run in one state, that took longer than the bucket before and up to `le` seconds."""

    kind: str
    step: int
    state: str
    le: float
    number: int
    seconds: float
    attempts: int


@dataclass(frozen=True)
class Waiting:
    """How many there are, and for how many seconds the oldest has been waiting."""

    number: int
    oldest: float


@dataclass(frozen=True)
class Figures:
    tenants: Mapping[str, int]
    """By state, tombstones included."""
    runs: Mapping[tuple[str, str], int]
    """By kind and state."""
    open_runs: Mapping[tuple[str, str], Waiting]
    """By kind and state, since the last thing that happened to them."""
    steps: Sequence[StepTally]
    approvals: Waiting
    """Pending ones, since they were asked for."""
    queues: Mapping[tuple[str, str], int]
    """Legs by queue and the engine's own state."""
    workers: int
    audit_seq: int
