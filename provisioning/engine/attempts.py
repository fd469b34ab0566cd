"""One step inside one leg: tried until it succeeds, its patience ends, or a person is needed."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar

import structlog
from pydantic import TypeAdapter
from structlog.contextvars import bound_contextvars

from provisioning.domain.run import RunError, RunId, StepState, WaitingFor
from provisioning.domain.secret import Sealed
from provisioning.engine.outcome import Outcome
from provisioning.engine.patience import patiently
from provisioning.engine.step import Context, Ports, R, Step
from provisioning.errors import NeedsPerson, Permanent, TenantbotError, Transient
from provisioning.ports import Clock
from provisioning.registry import Attempt, LostClaim, Registry, Transaction
from provisioning.tracing import span

T = TypeVar("T")

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Bench(Generic[Ports]):
    """Where the steps of one leg are worked on: the ports, and the claim under which results are recorded."""

    registry: Registry
    clock: Clock
    ports: Ports
    run_id: RunId
    claim: str
    subdomain: str
    requested_by: str

    async def record(self, change: Callable[[Transaction], Awaitable[T]]) -> T:
        return await patiently(self.registry, self.clock, change)


async def take_step(
    bench: Bench[Ports],
    step: Step[Ports, ..., R],
    codec: TypeAdapter[R],
    seal: Callable[[int, str], Sealed],
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
) -> Outcome:
    """Act until there is an outcome, and record it. The result is kept sealed for later legs."""

    async def act(context: Context[Ports]) -> Outcome:
        result = await step.act(context, *args, **kwargs)
        await bench.record(
            lambda tx: tx.runs.end_step(
                bench.run_id,
                bench.claim,
                step.number,
                state=StepState.SUCCEEDED,
                detail=step.detail(result) or None,
                result=seal(step.number, codec.dump_json(result).decode()),
            )
        )
        return Outcome("succeeded", result=codec.dump_python(result, mode="json"))

    return await _try_until_done(bench, step, act)


async def undo_step(bench: Bench[Ports], step: Step[Ports, ..., Any]) -> dict[str, Any]:
    """Undo until there is an outcome. What can't be undone is said, and does not stop the roll back."""

    async def act(context: Context[Ports]) -> Outcome:
        undone = await step.undo(context) if step.undo else f"nothing to undo here: {step.no_undo}"
        await bench.record(
            lambda tx: tx.runs.end_step(
                bench.run_id, bench.claim, step.number, state=StepState.UNDONE, detail=undone
            )
        )
        return Outcome("succeeded")

    outcome = await _try_until_done(bench, step, act)
    return outcome.to_json()


async def _try_until_done(
    bench: Bench[Ports], step: Step[Ports, ..., Any], act: Callable[[Context[Ports]], Awaitable[Outcome]]
) -> Outcome:
    with (
        bound_contextvars(step=step.number),
        span(
            f"step {step.number}",
            {"run.id": bench.run_id, "tenant": bench.subdomain, "step.title": step.title},
        ) as under_way,
    ):
        log.info("step started", title=step.title)
        outcome = await _attempts(bench, step, act)
        under_way.note({"step.outcome": outcome.kind})
        log.info("step ended", title=step.title, outcome=outcome.kind)
        return outcome


async def _attempts(
    bench: Bench[Ports], step: Step[Ports, ..., Any], act: Callable[[Context[Ports]], Awaitable[Outcome]]
) -> Outcome:
    while True:
        if await bench.record(lambda tx: tx.runs.cancel_wanted(bench.run_id)):
            return Outcome("cancelled")
        attempt = await bench.record(lambda tx: tx.runs.start_attempt(bench.run_id, bench.claim, step.number))
        context = _context(bench, step, attempt)
        try:
            return await act(context)
        except NeedsPerson as wait:
            return await _wait(bench, context, wait)
        except Transient as fault:
            pause = step.retry.pause(attempt.number, fault.retry_after)
            if bench.clock.now() + timedelta(seconds=pause) > attempt.first_started_at + step.deadline:
                return await _fail(bench, step, _gave_up(step, fault))
            log.info("attempt failed", attempt=attempt.number, code=fault.code, pause=pause)
            await context.note(f"{fault.message} Trying again in {pause:.0f} s.")
            await bench.clock.sleep(pause)
        except TenantbotError as fault:
            again_from = fault.again_from if isinstance(fault, Permanent) else None
            error = RunError(fault.code, fault.message, step.number)
            return await _fail(bench, step, error, again_from=again_from)
        except LostClaim:
            raise
        except Exception as fault:
            log.exception("step failed unexpectedly")
            reason = (
                f"An unexpected {type(fault).__name__} stopped step {step.number}; the log has the details."
            )
            return await _fail(bench, step, RunError("unexpected", reason, step.number))


async def _wait(bench: Bench[Ports], context: Context[Ports], wait: NeedsPerson) -> Outcome:
    await context.note(wait.message)
    until = None if wait.recheck_after is None else bench.clock.now() + timedelta(seconds=wait.recheck_after)
    return Outcome("waits", waiting_for=WaitingFor(bench.requested_by, wait.message, until))


async def _fail(
    bench: Bench[Ports], step: Step[Ports, ..., Any], error: RunError, *, again_from: int | None = None
) -> Outcome:
    async def change(tx: Transaction) -> None:
        await tx.runs.end_step(
            bench.run_id, bench.claim, step.number, state=StepState.FAILED, detail=error.message
        )
        if again_from is not None:
            await tx.runs.forget_steps(bench.run_id, bench.claim, since=again_from, until=step.number)

    await bench.record(change)
    return Outcome("failed", error=error)


def _gave_up(step: Step[Ports, ..., Any], fault: Transient) -> RunError:
    minutes = step.deadline.total_seconds() / 60
    return RunError(fault.code, f"Gave up after {minutes:.0f} min: {fault.message}", step.number)


def _context(bench: Bench[Ports], step: Step[Ports, ..., Any], attempt: Attempt) -> Context[Ports]:
    async def note(detail: str, *, lasting: bool = False) -> None:
        await bench.record(
            lambda tx: tx.runs.note(bench.run_id, bench.claim, step.number, detail, lasting=lasting)
        )

    return Context(
        ports=bench.ports,
        clock=bench.clock,
        run_id=bench.run_id,
        subdomain=bench.subdomain,
        requested_by=bench.requested_by,
        note=note,
        hold=lambda tx: tx.runs.hold(bench.run_id, bench.claim),
        attempt=attempt.number,
        started_at=attempt.first_started_at,
    )
