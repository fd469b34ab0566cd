"""Figures as Prometheus has them. No label names a tenant, a person or an address."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from math import isinf
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from provisioning.domain.figures import BUCKETS, Figures, StepTally


@dataclass(frozen=True, eq=False)
class FigureCollector(Collector):
    """Hands over one count; None while the registry does not answer."""

    figures: Figures | None

    def collect(self) -> Iterable[Metric]:
        yield _gauge(
            "registry_up", "Whether the registry's database answered.", float(self.figures is not None)
        )
        if self.figures is not None:
            yield from _of_fleet(self.figures)
            yield from _of_runs(self.figures)
            yield from _of_steps(self.figures.steps)


def _of_fleet(said: Figures) -> Iterator[Metric]:
    yield _labelled("tenants", "Tenants by state, tombstones included.", ["state"], _single(said.tenants))
    yield _gauge("approvals_pending", "Questions that wait for an approver.", said.approvals.number)
    yield _gauge("oldest_approval_seconds", "Since when the oldest of them waits.", said.approvals.oldest)
    yield _gauge("workers", "Processes that hold a worker's lease.", said.workers)
    yield _gauge("audit_head_seq", "Number of the newest row of the audit log.", said.audit_seq)


def _of_runs(said: Figures) -> Iterator[Metric]:
    yield _labelled("runs", "Runs by kind and state, ended ones included.", ["kind", "state"], said.runs)
    oldest = {key: waiting.oldest for key, waiting in said.open_runs.items()}
    yield _labelled(
        "oldest_open_run_seconds", "Since when nothing has happened to the one left alone longest.",
        ["kind", "state"], oldest,
    )  # fmt: skip
    yield _labelled(
        "queue_legs", "Legs in the engine's queues, by its state.", ["queue", "state"], said.queues
    )


def _of_steps(tallies: Sequence[StepTally]) -> Iterator[Metric]:
    seconds = HistogramMetricFamily(
        "tenantbot_step_seconds", "How long steps took that succeeded.", labels=["kind", "step"]
    )
    steps = CounterMetricFamily(
        "tenantbot_steps", "Steps that ended, by how they ended.", labels=["kind", "step", "state"]
    )
    attempts = CounterMetricFamily(
        "tenantbot_step_attempts", "Attempts of steps that ended.", labels=["kind", "step", "state"]
    )
    for (kind, step, state), group in groupby(tallies, lambda one: (one.kind, one.step, one.state)):
        buckets, labels = list(group), [kind, str(step), state]
        steps.add_metric(labels, sum(one.number for one in buckets))
        attempts.add_metric(labels, sum(one.attempts for one in buckets))
        if state == "succeeded":
            seconds.add_metric(labels[:2], _cumulated(buckets), sum(one.seconds for one in buckets))
    yield from (seconds, steps, attempts)


def _cumulated(tallies: Sequence[StepTally]) -> list[tuple[str, float]]:
    """All buckets as Prometheus has them: each counts what is in those before it."""
    numbers = {one.le: one.number for one in tallies}
    counts = accumulate(float(numbers.get(le, 0)) for le in BUCKETS)
    return [("+Inf" if isinf(le) else str(le), count) for le, count in zip(BUCKETS, counts, strict=True)]


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(f"tenantbot_{name}", words, value=value)


def _labelled(name: str, words: str, labels: Sequence[str], values: Mapping[Any, float]) -> Metric:
    family = GaugeMetricFamily(f"tenantbot_{name}", words, labels=labels)
    for key, value in sorted(values.items()):
        family.add_metric(list(key), value)
    return family


def _single(values: Mapping[str, int]) -> Mapping[tuple[str], int]:
    return {(key,): value for key, value in values.items()}
