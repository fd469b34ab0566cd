"""Executes a run leg by leg: plain asyncio over a checkpoint, so that it is tested without the engine.

A leg goes from a start, or a person's decision, to the run's end or its next wait. Between legs a run is
nothing but its row: it occupies no queue, no memory and no engine state, however long a person takes.
"""

import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Final, Generic, Protocol

import structlog
from pydantic import TypeAdapter
from structlog.contextvars import bound_contextvars

from provisioning.domain.actor import ENGINE
from provisioning.domain.run import Direction, RunId, RunKind, RunState, WaitingFor
from provisioning.domain.secret import Sealed, Secret
from provisioning.engine.attempts import Bench, take_step, undo_step
from provisioning.engine.outcome import LegStops, Outcome
from provisioning.engine.patience import patiently
from provisioning.engine.pipeline import Ending, Pipeline
from provisioning.engine.step import P, Ports, R, Step
from provisioning.ports import Clock, Vault
from provisioning.registry import AuditEntry, LegBrief, LegEnd, Registry, Transaction
from provisioning.tracing import span

log = structlog.get_logger(__name__)

Json = Any

_OTHERWISE: Final = {
    RunKind.DEPROVISION: "undo, which is possible until the project goes",
    RunKind.LOCKDOWN: "lift it",
}
"""What else can be done about a run that failed, where that is neither a roll back nor to cancel it."""


class Checkpoint(Protocol):
    """Runs `act` once and remembers what it returned: entered again after a crash, it returns that instead."""

    async def __call__(self, name: str, act: Callable[[], Awaitable[Json]]) -> Json: ...


@dataclass(frozen=True)
class Runner(Generic[Ports]):
    """Everything a leg needs; one per process."""

    registry: Registry
    vault: Vault
    clock: Clock
    ports: Ports
    pipelines: Mapping[RunKind, Pipeline[Ports]]

    async def run_leg(self, run_id: RunId, leg: int, checkpoint: Checkpoint) -> str:
        """Execute one leg. Returns the state the run is left in, or `moved on` when the leg is not wanted any more."""
        claim = uuid.uuid4().hex
        if not await self._patiently(lambda tx: tx.runs.claim(run_id, leg, claim)):
            return "moved on"
        brief = _read_brief(await checkpoint("begin", lambda: self._brief(run_id)))
        with (
            bound_contextvars(run_id=run_id, tenant=brief.subdomain, actor=brief.requested_by),
            span(
                "leg", {"run.id": run_id, "run.kind": brief.kind, "run.leg": leg, "tenant": brief.subdomain}
            ) as under_way,
        ):
            state = await self._execute(run_id, brief, claim, checkpoint)
            under_way.note({"run.state": state})
            return state

    async def _execute(self, run_id: RunId, brief: LegBrief, claim: str, checkpoint: Checkpoint) -> str:
        pipeline = self.pipelines[brief.kind]
        bench = Bench(
            registry=self.registry,
            clock=self.clock,
            ports=self.ports,
            run_id=run_id,
            claim=claim,
            subdomain=brief.subdomain,
            requested_by=brief.requested_by,
        )
        log.info("leg started", kind=brief.kind, direction=brief.direction)
        if brief.direction is Direction.ROLLBACK:
            outcome = await self._undo(pipeline, brief, bench, checkpoint)
        else:
            outcome = await self._walk(pipeline, brief, bench, checkpoint)
        state: str = await checkpoint("end", lambda: self._end(pipeline, brief, bench, outcome))
        log.info("leg ended", kind=brief.kind, state=state)
        return state

    async def _walk(
        self, pipeline: Pipeline[Ports], brief: LegBrief, bench: Bench[Ports], checkpoint: Checkpoint
    ) -> Outcome:
        try:
            await pipeline.walk(_Walk(self.vault, brief, bench, checkpoint), brief.request)
        except LegStops as stop:
            return stop.outcome
        return Outcome("succeeded")

    async def _undo(
        self, pipeline: Pipeline[Ports], brief: LegBrief, bench: Bench[Ports], checkpoint: Checkpoint
    ) -> Outcome:
        for step in reversed(pipeline.steps):
            if step.number not in brief.begun:
                continue
            undo = partial(undo_step, bench, step)
            outcome = Outcome.from_json(await checkpoint(f"undo {step.number}", undo))
            if outcome.kind != "succeeded":
                return outcome
        return Outcome("succeeded")

    async def _brief(self, run_id: RunId) -> Json:
        return asdict(await self._patiently(lambda tx: tx.runs.brief(run_id)))

    async def _end(
        self, pipeline: Pipeline[Ports], brief: LegBrief, bench: Bench[Ports], outcome: Outcome
    ) -> Json:
        return await self._patiently(lambda tx: _record_end(tx, pipeline, brief, bench, outcome))

    async def _patiently(self, change: Callable[[Transaction], Awaitable[R]]) -> R:
        return await patiently(self.registry, self.clock, change)


class _Walk(Generic[Ports]):
    """The pipeline's hand on the runner: takes a step, or hands over what an earlier leg has of it."""

    def __init__(self, vault: Vault, brief: LegBrief, bench: Bench[Ports], checkpoint: Checkpoint) -> None:
        self._vault = vault
        self._brief = brief
        self._bench = bench
        self._checkpoint = checkpoint
        self._results = brief.results

    async def step(self, step: Step[Ports, P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        codec: TypeAdapter[R] = TypeAdapter(step.result_type)
        if (sealed := self._results.get(step.number)) is not None:
            return codec.validate_json(self._open(step.number, sealed))
        self._results = {}  # whatever an earlier leg made further on was not made from what this step is about to make

        async def act() -> Json:
            outcome = await take_step(self._bench, step, codec, self._seal, args, kwargs)
            return outcome.to_json()

        outcome = Outcome.from_json(await self._checkpoint(f"step {step.number}", act))
        if outcome.kind != "succeeded":
            raise LegStops(outcome)
        return codec.validate_python(outcome.result)

    def _seal(self, step: int, text: str) -> Sealed:
        return self._vault.seal(
            Secret(text), subdomain=self._brief.subdomain, field=f"{self._bench.run_id}/step {step}"
        )

    def _open(self, step: int, sealed: Sealed) -> str:
        field = f"{self._bench.run_id}/step {step}"
        return self._vault.open(sealed, subdomain=self._brief.subdomain, field=field).reveal()


async def _record_end(
    tx: Transaction, pipeline: Pipeline[Ports], brief: LegBrief, bench: Bench[Ports], outcome: Outcome
) -> str:
    """Record how the leg ended: run, tenant, audit and, where it looks again by itself, the next leg; all or nothing."""
    end = await _judge(tx, pipeline, brief, outcome)
    await tx.runs.end_leg(bench.run_id, bench.claim, end)
    if end.waiting_for and end.waiting_for.until:
        leg = await tx.runs.next_leg(bench.run_id)
        await tx.legs.enqueue(bench.run_id, leg, at=end.waiting_for.until)
    await pipeline.on_end(tx, Ending(run_id=bench.run_id, subdomain=brief.subdomain, state=end.state))
    await tx.audit.append(ENGINE, ending_entry(bench.run_id, brief.kind, brief.subdomain, end))
    return end.state.value


def ending_entry(run_id: RunId, kind: RunKind, subdomain: str, end: LegEnd) -> AuditEntry:
    """How the end of a leg is audited: a wait with its reason, an error with its message."""
    reason = end.error.message if end.error else end.waiting_for.what if end.waiting_for else None
    return AuditEntry(
        action=f"{kind}.{end.state}",
        result="failed" if end.error else end.state.value,
        subdomain=subdomain,
        run_id=run_id,
        reason=reason,
        details={"step": end.error.step} if end.error else {},
    )


def stopped_as_asked(requester: str) -> WaitingFor:
    return WaitingFor(requester, "Stopped as asked. Retry to go on, or roll back.")


async def _judge(tx: Transaction, pipeline: Pipeline[Ports], brief: LegBrief, outcome: Outcome) -> LegEnd:
    requester = brief.requested_by
    match outcome.kind:
        case "succeeded" if brief.direction is Direction.ROLLBACK:
            return LegEnd(RunState.ROLLED_BACK)
        case "succeeded":
            return LegEnd(RunState.SUCCEEDED)
        case "waits":
            return LegEnd(RunState.WAITING, waiting_for=outcome.waiting_for)
        case "cancelled":
            if not await pipeline.made_anything(tx, brief.subdomain):
                return LegEnd(RunState.CANCELLED)
            return LegEnd(RunState.WAITING, waiting_for=stopped_as_asked(requester))
        case "failed":
            what = (
                "Roll back again once the cause is gone."
                if brief.direction is Direction.ROLLBACK
                else f"Retry once the cause is gone, or {_otherwise(pipeline)}."
            )
            return LegEnd(RunState.WAITING, waiting_for=WaitingFor(requester, what), error=outcome.error)


def _otherwise(pipeline: Pipeline[Ports]) -> str:
    makes = any(step.undo is not None for step in pipeline.steps)
    return _OTHERWISE.get(pipeline.kind, "roll back" if makes else "cancel")


def _read_brief(data: Json) -> LegBrief:
    return LegBrief(
        kind=RunKind(data["kind"]),
        subdomain=data["subdomain"],
        direction=Direction(data["direction"]),
        request=data["request"],
        requested_by=data["requested_by"],
        results={int(number): Sealed(text) for number, text in data["results"].items()},
        begun=tuple(data["begun"]),
    )
