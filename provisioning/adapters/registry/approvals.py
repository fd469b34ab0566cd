"""Approval rows. What decides is one conditional update; everything else only reads or explains."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import asyncpg

from provisioning.domain.approval import Approval, ApprovalId, ApprovalState
from provisioning.domain.run import RunId
from provisioning.registry import Decision, UnreportedApproval

_COLUMNS = """
approval_id, action, subdomain, tenant_id, request, request_hash, tenant_print, facts, state, requested_by, requester,
created_at, expires_at, decided_by, decided_at, decision_reason, run_id, origin
"""
_CREATE = f"""
insert into approvals (approval_id, action, subdomain, tenant_id, request, request_hash, tenant_print, facts, requested_by,
                       requester, created_at, expires_at, origin)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
on conflict (subdomain) where state = 'pending' do nothing
returning {_COLUMNS}
"""
_DECIDE = f"""
update approvals set state = $2, decided_by = $3, decided_at = $4, decision_reason = $5, run_id = $6
where approval_id = $1 and state = 'pending' and expires_at > $4 and request_hash = $7 and tenant_print = $8
  and ($2 <> 'approved' or requester <> $9)
returning {_COLUMNS}
"""
_EXPIRE = f"""
update approvals set state = 'expired', decided_at = $1 where state = 'pending' and expires_at <= $1
returning {_COLUMNS}
"""


class PostgresApprovals:
    def __init__(self, connection: asyncpg.pool.PoolConnectionProxy) -> None:
        self._connection = connection

    async def create(self, approval: Approval) -> bool:
        row = await self._connection.fetchrow(
            _CREATE, approval.approval_id, approval.action, approval.subdomain, approval.tenant_id,
            json.dumps(approval.request), approval.request_hash, approval.tenant_print, json.dumps(approval.facts),
            approval.requested_by, approval.requester, approval.created_at, approval.expires_at,
            json.dumps(approval.origin),
        )  # fmt: skip
        return row is not None

    async def find(self, approval_id: ApprovalId) -> Approval | None:
        row = await self._connection.fetchrow(
            f"select {_COLUMNS} from approvals where approval_id = $1", approval_id
        )
        return _approval(row) if row else None

    async def find_latest(self, subdomain: str) -> Approval | None:
        row = await self._connection.fetchrow(
            f"select {_COLUMNS} from approvals where subdomain = $1 order by created_at desc limit 1",
            subdomain,
        )
        return _approval(row) if row else None

    async def find_of_run(self, run_id: RunId) -> Approval | None:
        row = await self._connection.fetchrow(f"select {_COLUMNS} from approvals where run_id = $1", run_id)
        return _approval(row) if row else None

    async def list(self, *, states: Sequence[ApprovalState], limit: int) -> Sequence[Approval]:
        pending_only = "state = 'pending' and" if list(states) == [ApprovalState.PENDING] else ""
        rows = await self._connection.fetch(
            f"select {_COLUMNS} from approvals where {pending_only} (cardinality($1::text[]) = 0 or state = any($1))"
            " order by created_at desc limit $2",
            list(states), limit,
        )  # fmt: skip
        return [_approval(row) for row in rows]

    async def decide(self, approval_id: ApprovalId, decision: Decision) -> Approval | None:
        row = await self._connection.fetchrow(
            _DECIDE, approval_id, decision.state, decision.by, decision.at, decision.reason, decision.run_id,
            decision.request_hash, decision.tenant_print, decision.decider,
        )  # fmt: skip
        return _approval(row) if row else None

    async def make_void(self, approval_id: ApprovalId, *, at: datetime, reason: str) -> None:
        await self._connection.execute(
            "update approvals set state = 'void', decided_at = $2, decision_reason = $3"
            " where approval_id = $1 and state = 'pending'",
            approval_id, at, reason,
        )  # fmt: skip

    async def expire(self, *, now: datetime) -> Sequence[Approval]:
        return [_approval(row) for row in await self._connection.fetch(_EXPIRE, now)]

    async def unreported(self, surface: str, *, limit: int) -> Sequence[UnreportedApproval]:
        rows = await self._connection.fetch(
            f"select {_COLUMNS}, report from approvals where origin ->> 'surface' = $1 and not reported"
            " order by created_at limit $2",
            surface, limit,
        )  # fmt: skip
        return [UnreportedApproval(_approval(row), json.loads(row["report"])) for row in rows]

    async def save_report(self, approval_id: ApprovalId, notes: Mapping[str, Any], *, done: bool) -> None:
        await self._connection.execute(
            "update approvals set report = $2, reported = $3 where approval_id = $1",
            approval_id, json.dumps(notes), done,
        )  # fmt: skip


def _approval(row: asyncpg.Record) -> Approval:
    data = {name: value for name, value in row.items() if name != "report"}
    for name in ("request", "facts", "origin"):
        data[name] = json.loads(data[name])
    return Approval(**{**data, "state": ApprovalState(data["state"]), "tenant_id": str(data["tenant_id"])})
