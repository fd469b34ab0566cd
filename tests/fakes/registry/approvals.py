"""Approval rows."""

import builtins
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from provisioning.domain.approval import Approval, ApprovalId, ApprovalState
from provisioning.domain.run import RunId
from provisioning.registry import Decision, UnreportedApproval
from tests.fakes.registry.tables import Tables


class FakeApprovals:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def create(self, approval: Approval) -> bool:
        if any(self._is_pending(one) and one.subdomain == approval.subdomain for one in self._all()):
            return False
        self._put(approval)
        return True

    async def find(self, approval_id: ApprovalId) -> Approval | None:
        row = self._tables.approvals.get(approval_id)
        return row["approval"] if row else None

    async def find_latest(self, subdomain: str) -> Approval | None:
        return next((one for one in self._newest_first() if one.subdomain == subdomain), None)

    async def find_of_run(self, run_id: RunId) -> Approval | None:
        return next((one for one in self._all() if one.run_id == run_id), None)

    async def list(self, *, states: Sequence[ApprovalState], limit: int) -> Sequence[Approval]:
        return [one for one in self._newest_first() if not states or one.state in states][:limit]

    async def decide(self, approval_id: ApprovalId, decision: Decision) -> Approval | None:
        found = await self.find(approval_id)
        if (
            found is None
            or not self._is_pending(found)
            or found.expires_at <= decision.at
            or found.request_hash != decision.request_hash
            or found.tenant_print != decision.tenant_print
            or (decision.state is ApprovalState.APPROVED and found.requester == decision.decider)
        ):
            return None
        decided = replace(
            found,
            state=decision.state,
            decided_by=decision.by,
            decided_at=decision.at,
            decision_reason=decision.reason,
            run_id=decision.run_id,
        )
        self._put(decided)
        return decided

    async def make_void(self, approval_id: ApprovalId, *, at: datetime, reason: str) -> None:
        found = await self.find(approval_id)
        if found is not None and self._is_pending(found):
            self._put(replace(found, state=ApprovalState.VOID, decided_at=at, decision_reason=reason))

    async def expire(self, *, now: datetime) -> Sequence[Approval]:
        due = [one for one in self._all() if self._is_pending(one) and one.expires_at <= now]
        expired = [replace(one, state=ApprovalState.EXPIRED, decided_at=now) for one in due]
        for one in expired:
            self._put(one)
        return expired

    async def unreported(self, surface: str, *, limit: int) -> Sequence[UnreportedApproval]:
        rows = sorted(self._tables.approvals.values(), key=lambda row: row["approval"].created_at)
        return [
            UnreportedApproval(row["approval"], row["report"])
            for row in rows
            if row["approval"].origin.get("surface") == surface and not row["reported"]
        ][:limit]

    async def save_report(self, approval_id: ApprovalId, notes: Mapping[str, Any], *, done: bool) -> None:
        row = self._tables.approvals[approval_id]
        self._tables.approvals[approval_id] = {**row, "report": dict(notes), "reported": done}

    def _put(self, approval: Approval) -> None:
        row = self._tables.approvals.get(approval.approval_id, {"report": {}, "reported": False})
        self._tables.approvals[approval.approval_id] = {**row, "approval": approval}

    def _all(self) -> "builtins.list[Approval]":
        return [row["approval"] for row in self._tables.approvals.values()]

    def _newest_first(self) -> "builtins.list[Approval]":
        return sorted(self._all(), key=lambda one: one.created_at, reverse=True)

    def _is_pending(self, approval: Approval) -> bool:
        return approval.state is ApprovalState.PENDING
