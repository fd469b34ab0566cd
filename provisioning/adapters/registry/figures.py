"""Counts the whole installation, by queries that read indexes and tallies only."""

import json
from importlib.resources import files
from typing import Any, Final

import asyncpg

from provisioning.adapters.registry.transaction import reaching_database
from provisioning.domain.figures import Figures, StepTally, Waiting
from provisioning.engine.lease import WORKERS

_COUNT: Final = files(__package__).joinpath("figures.sql").read_text(encoding="utf-8")


async def count_figures(pool: asyncpg.Pool) -> Figures:
    """Raises Transient while the database is away."""
    with reaching_database():
        row = await pool.fetchrow(_COUNT, WORKERS)
    assert row is not None
    said = {name: json.loads(value) if isinstance(value, str) else value for name, value in row.items()}
    return Figures(
        tenants=said["tenants"],
        runs={(one["kind"], one["state"]): one["number"] for one in said["runs"]},
        open_runs={(one["kind"], one["state"]): _waiting(one) for one in said["open_runs"]},
        steps=[StepTally(**{**one, "le": float(one["le"])}) for one in said["steps"]],
        approvals=_waiting(said["approvals"]),
        queues={(one["queue"], one["state"]): one["number"] for one in said["queues"]},
        workers=said["workers"],
        audit_seq=said["audit_seq"],
    )


def _waiting(said: dict[str, Any]) -> Waiting:
    return Waiting(said["number"], float(said["oldest"]))
