"""Figures to show, and how their text is read back."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from provisioning.domain.figures import Figures, StepTally, Waiting
from provisioning.observing.expiry import Expiries
from provisioning.observing.exposition import Exposition
from tests.fakes.clock import START, FakeClock

FIGURES = Figures(
    tenants={"verified": 7, "suspended": 1},
    runs={("provision", "succeeded"): 7, ("verify", "waiting"): 2},
    open_runs={("verify", "waiting"): Waiting(2, 3600.0)},
    steps=[
        StepTally("provision", 1, "failed", 300.0, 1, 250.0, 5),
        StepTally("provision", 1, "succeeded", 60.0, 3, 120.0, 3),
        StepTally("provision", 1, "succeeded", 120.0, 4, 400.0, 6),
    ],
    approvals=Waiting(1, 60.0),
    queues={("provision", "enqueued"): 3},
    workers=2,
    audit_seq=91,
)


class Counter:
    """Counts the installation, and how often it was asked to."""

    def __init__(self) -> None:
        self.times = 0
        self.fault: Exception | None = None

    async def __call__(self) -> Figures:
        self.times += 1
        if self.fault is not None:
            raise self.fault
        return replace(FIGURES, audit_seq=FIGURES.audit_seq + self.times)


def expiries(clock: FakeClock, **changes: Any) -> Expiries:
    async def certificate_expiry(_label: str) -> Any:
        return START + timedelta(days=30)

    wanted = {"token_expires": (START + timedelta(days=9)).date(), "certificate_expiry": certificate_expiry}
    return Expiries(**{**wanted, **changes}, clock=clock)


def exposition(counter: Counter, clock: FakeClock) -> Exposition:
    return Exposition(counter, expiries(clock), clock=clock)


def read(text: bytes) -> dict[str, dict[tuple[str, ...], float]]:
    """Read every sample, by its name and the values of its labels."""
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(text.decode()):
        for sample in family.samples:
            key = tuple(value for _, value in sorted(sample.labels.items()))
            assert key not in found.setdefault(sample.name, {}), sample
            found[sample.name][key] = sample.value
    return found
