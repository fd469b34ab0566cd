"""A pipeline: an ordered set of steps, and the plain function that walks through them."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, Protocol

from provisioning.domain.run import RunId, RunKind, RunState, StepView
from provisioning.engine.step import P, Ports, R, Step
from provisioning.registry import Transaction


class Walk(Protocol[Ports]):
    """What a pipeline function is given: the way to take a step."""

    async def step(self, step: Step[Ports, P, R], *args: P.args, **kwargs: P.kwargs) -> R: ...


@dataclass(frozen=True)
class Ending:
    """How a leg ends, told to the pipeline inside the transaction that records it."""

    run_id: RunId
    subdomain: str
    state: RunState


def _as_usual(request: Mapping[str, Any]) -> Mapping[int, timedelta]:  # noqa: ARG001 - whatever was asked for
    return {}


@dataclass(frozen=True)
class Pipeline(Generic[Ports]):
    """`walk` takes the steps in order and is deterministic: effects belong into steps.

    `made_anything` tells a cancelled run that is over from one that must be rolled back; `on_end` records what
    the end of a leg means beyond the run itself. `spans` names, by number, the steps that last as long as the
    request says.
    """

    kind: RunKind
    steps: tuple[Step[Ports, ..., Any], ...]
    walk: Callable[[Walk[Ports], Mapping[str, Any]], Awaitable[None]]
    made_anything: Callable[[Transaction, str], Awaitable[bool]]
    on_end: Callable[[Transaction, Ending], Awaitable[None]]
    spans: Callable[[Mapping[str, Any]], Mapping[int, timedelta]] = _as_usual

    def views(self, request: Mapping[str, Any]) -> tuple[StepView, ...]:
        spans = self.spans(request)
        return tuple(
            StepView(
                number=step.number,
                title=step.title,
                typical=spans.get(step.number, step.typical).total_seconds(),
            )
            for step in self.steps
        )
