"""Digests: what they say of the tables, and their rows."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from statistics import median
from typing import Any, TypeVar

from provisioning.domain.approval import ApprovalState
from provisioning.domain.audit import Head
from provisioning.domain.digest import (
    DAYS,
    MOST,
    DigestFacts,
    DigestId,
    DigestRow,
    DigestState,
    DueDeletion,
    Listing,
    NewTenant,
    PendingApproval,
    Point,
    SlowStep,
    StepTime,
    SuspendedTenant,
    Verdict,
    WaitingRun,
)
from provisioning.domain.run import Run, RunKind, RunState, StepState
from provisioning.domain.tenant import TenantState
from tests.fakes.registry.approvals import FakeApprovals
from tests.fakes.registry.runs import FakeRuns
from tests.fakes.registry.tables import Row, Tables
from tests.fakes.registry.tenants import read_tenant

T = TypeVar("T")


class FakeDigests:
    def __init__(self, tables: Tables, runs: FakeRuns, approvals: FakeApprovals) -> None:
        self._tables = tables
        self._runs = runs
        self._approvals = approvals

    async def facts(self, *, since: datetime, now: datetime) -> DigestFacts:
        tenants = list(self._tables.tenants.values())
        living = sorted(
            (row for row in tenants if row["state"] is not TenantState.DELETED),
            key=lambda row: row["subdomain"],
        )
        waiting = await self._runs.list(states=[RunState.WAITING], limit=1000)
        new = [row for row in living if since < row["created_at"] <= now]
        head = self._tables.audit[-1] if self._tables.audit else None
        return DigestFacts(
            tenants=Counter(
                TenantState.PROVISIONING if read_tenant(row).is_being_made else row["state"] for row in living
            ),
            projects=sum(row["project_ref"] is not None for row in living),
            new=_listing(
                [NewTenant(row["subdomain"], row["company_name"], row["created_at"]) for row in new]
            ),
            gone=sum(row["deleted_at"] is not None and since < row["deleted_at"] <= now for row in tenants),
            suspended=_listing(
                [
                    SuspendedTenant(
                        row["subdomain"], row["company_name"], row["suspended_by"], row["suspended_at"]
                    )
                    for row in living
                    if row["state"] is TenantState.SUSPENDED
                ]
            ),
            waiting=_listing([self._waiting(run) for run in waiting if not _in_grace(run)]),
            approvals=_listing(await self._pending(now)),
            deletions=_listing(
                [
                    DueDeletion(run.subdomain, run.waiting_for.until)
                    for run in waiting
                    if _in_grace(run) and run.waiting_for and run.waiting_for.until
                ]
            ),
            failing=_listing([_verdict(row) for row in living if row["state"] is TenantState.UNVERIFIED]),
            advisory=_listing(
                [
                    _verdict(row)
                    for row in living
                    if row["state"] is TenantState.VERIFIED and row["verdict"] not in {None, "verified"}
                ]
            ),
            slowest=self._slowest(since, now),
            audit=Head(head["seq"], head["hash"], datetime.fromisoformat(head["at"]), head["key_id"])
            if head
            else None,
            growth=tuple(_growth(tenants, now)),
            step_times=self._step_times(now),
        )

    async def latest_shown(self) -> DigestRow | None:
        return next((one for one in reversed(self._tables.digests.values()) if _is_shown(one)), None)

    async def add(self, row: DigestRow) -> None:
        for one in await self.pending():
            if row.state is DigestState.PENDING and not one.notes:
                self._tables.digests[one.digest_id] = replace(one, state=DigestState.SUPERSEDED)
        assert row.digest_id not in self._tables.digests
        self._tables.digests[row.digest_id] = row

    async def find(self, digest_id: DigestId) -> DigestRow | None:
        return self._tables.digests.get(digest_id)

    async def pending(self) -> Sequence[DigestRow]:
        return [one for one in self._tables.digests.values() if one.state is DigestState.PENDING]

    async def save(self, digest_id: DigestId, notes: Mapping[str, Any], *, state: DigestState) -> None:
        self._tables.digests[digest_id] = replace(
            self._tables.digests[digest_id], notes=dict(notes), state=state
        )

    def _waiting(self, run: Run) -> WaitingRun:
        since = [event.at for event in self._runs.history(run.run_id) if event.what == RunState.WAITING]
        who = run.waiting_for.who if run.waiting_for else run.requested_by
        return WaitingRun(
            run.run_id,
            run.kind,
            run.subdomain,
            run.error.message if run.error else run.waiting_for.what if run.waiting_for else "a decision",
            who,
            run.origin.get("user") if who == run.requested_by else None,
            max(since, default=run.created_at),
        )

    async def _pending(self, now: datetime) -> list[PendingApproval]:
        pending = await self._approvals.list(states=[ApprovalState.PENDING], limit=1000)
        return [
            PendingApproval(
                one.approval_id,
                one.action,
                one.subdomain,
                one.requested_by,
                one.origin.get("user"),
                one.expires_at,
            )
            for one in sorted(pending, key=lambda one: one.expires_at)
            if one.expires_at > now
        ]

    def _timed(self, since: datetime, now: datetime) -> list[SlowStep]:
        found = []
        for (run_id, _), row in self._tables.steps.items():
            is_provision = self._tables.runs[run_id]["kind"] is RunKind.PROVISION
            if is_provision and row["state"] is StepState.SUCCEEDED and since < row["finished_at"] <= now:
                seconds = (row["finished_at"] - row["started_at"]).total_seconds()
                subdomain = self._tables.runs[run_id]["subdomain"]
                found.append(SlowStep(run_id, subdomain, row["title"], seconds, row["typical"]))
        return found

    def _slowest(self, since: datetime, now: datetime) -> SlowStep | None:
        return max(self._timed(since, now), key=lambda one: one.seconds, default=None)

    def _step_times(self, now: datetime) -> tuple[StepTime, ...]:
        numbers = {row["title"]: number for (_, number), row in self._tables.steps.items()}
        taken = defaultdict(list)
        for one in self._timed(now - timedelta(days=DAYS), now):
            taken[numbers[one.title], one.title].append(one.seconds)
        return tuple(StepTime(*key, median(seconds)) for key, seconds in sorted(taken.items()))


def _is_shown(row: DigestRow) -> bool:
    return row.state is DigestState.POSTED or (row.state is DigestState.PENDING and bool(row.notes))


def _listing(items: Sequence[T]) -> Listing[T]:
    return Listing(len(items), tuple(items[:MOST]))


def _in_grace(run: Run) -> bool:
    until = run.waiting_for and run.waiting_for.until
    return run.kind is RunKind.DEPROVISION and run.error is None and until is not None


def _verdict(row: Row) -> Verdict:
    return Verdict(row["subdomain"], row["verdict"] or "not verified yet")


def _growth(tenants: Sequence[Row], now: datetime) -> list[Point]:
    days = [now.date() - timedelta(days=back) for back in reversed(range(DAYS))]
    return [
        Point(
            day,
            sum(row["created_at"].date() <= day for row in tenants)
            - sum(row["deleted_at"] is not None and row["deleted_at"].date() <= day for row in tenants),
        )
        for day in days
    ]
