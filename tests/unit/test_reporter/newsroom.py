"""Runs that were asked for in Slack, moved along by hand, and a reporter that looks at them meanwhile."""

from dataclasses import dataclass
from typing import Any

from bot.reporter.reporter import SURFACE, Office, Reporter
from provisioning.domain.checklist import Check, Checklist
from provisioning.domain.run import RunError, RunId, RunState, StepState, WaitingFor
from provisioning.registry import LegEnd, UnreportedRun
from tests.fakes.slack import FakeSlack, Posted
from tests.fakes.world import OPERATOR, RAW_REQUEST, World

CHANNEL = "C0OPS000001"
ORIGIN = {"surface": "slack", "team": "T0TASKIFAI1", "user": "U0OPERATOR1", "channel": "C0GENERAL01"}
OFFICE = Office(
    channel=CHANNEL,
    digest_channel="C0DIGEST001",
    monthly_cost=10.0,
    operators=("S0OPERATORS",),
    approvers=("U0APPROVER1", "S0APPROVERS"),
)
STEPS = range(1, 9)
CHECKLIST = Checklist((Check("frontend", "2xx and HTML", "200 text/html", ok=True),))


@dataclass
class Course:
    """One run on its way; what it does here is committed at once, and no part of it fails."""

    world: World
    run_id: RunId

    async def begin(self) -> None:
        run = self.world.records.run(self.run_id)
        async with self.world.records.transaction() as tx:
            assert await tx.runs.claim(self.run_id, run.leg, "claim")

    async def start(self, step: int) -> None:
        async with self.world.records.transaction() as tx:
            await tx.runs.start_attempt(self.run_id, "claim", step)

    async def end(self, step: int, state: StepState = StepState.SUCCEEDED, detail: str | None = None) -> None:
        async with self.world.records.transaction() as tx:
            await tx.runs.end_step(self.run_id, "claim", step, state=state, detail=detail)

    async def do(self, step: int) -> None:
        await self.start(step)
        await self.end(step)

    async def stop_in(self, step: int, why: str = "A table is missing.") -> None:
        """Fail in this step, and wait for a person."""
        await self.start(step)
        await self.end(step, StepState.FAILED, why)
        waiting = WaitingFor(OPERATOR.label, "Retry once the cause is gone, or roll back.")
        await self._finish(LegEnd(RunState.WAITING, waiting, RunError("permanent", why, step)))

    async def retry(self) -> None:
        await self.world.control.runs.retry(OPERATOR, self.run_id)

    async def succeed(self) -> None:
        async with self.world.records.transaction() as tx:
            await tx.runs.store_checklist(self.run_id, CHECKLIST)
        await self._finish(LegEnd(RunState.SUCCEEDED))

    async def go_through(self) -> None:
        await self.begin()
        for step in STEPS:
            await self.do(step)
        await self.succeed()

    async def _finish(self, end: LegEnd) -> None:
        async with self.world.records.transaction() as tx:
            await tx.runs.end_leg(self.run_id, "claim", end)


@dataclass
class Newsroom:
    world: World

    def __post_init__(self) -> None:
        self.slack = FakeSlack(self.world.wire, self.world.clock)
        self.reporter = self.new_reporter()

    def new_reporter(self) -> Reporter:
        """Another process takes the office over."""
        return Reporter(self.world.control, self.slack, clock=self.world.clock, office=OFFICE)

    async def ask(self, subdomain: str = "customerinc") -> Course:
        raw = {**RAW_REQUEST, "subdomain": subdomain}
        started = await self.world.control.requests.provision(OPERATOR, raw, origin=ORIGIN)
        return Course(self.world, started.run.run_id)

    async def look(self, seconds: float = 0.25) -> None:
        """Look again and again for so long."""
        until = self.world.clock.monotonic() + seconds
        while self.world.clock.monotonic() < until - 1e-9:
            await self.reporter.look()
            await self.world.clock.sleep(0.25)

    async def untold(self) -> list[UnreportedRun]:
        async with self.world.records.transaction() as tx:
            return list(await tx.reports.open(SURFACE, limit=100))

    @property
    def root(self) -> Posted:
        (root,) = self.slack.roots
        return root

    def told(self) -> str:
        """All that stands in threads."""
        return "\n".join(one.said for one in self.slack.messages if one.thread_ts is not None)

    def problem(self) -> str | None:
        """Say what is wrong with what people see of one run that has succeeded."""
        if len(self.slack.roots) != 1:
            return f"{len(self.slack.roots)} roots"
        told = [block_text(block) for one in self.slack.thread(self.root) for block in one.blocks]
        for step in STEPS:
            if (times := "\n".join(told).count(f"Step {step} of 8")) != 1:
                return f"step {step} told {times} times"
        if (times := sum(text.startswith("✅ Customer Inc") or "verified" in text for text in told)) != 1:
            return f"the end told {times} times: {told}"
        if "succeeded" not in self.root.text:
            return f"the root shows {self.root.text}"
        return None


def block_text(block: dict[str, Any]) -> str:
    return str(block["text"]["text"]) if block["type"] == "section" else ""
