"""How a question to a second person is written down: as a row, once at a time."""

import secrets
from collections.abc import Mapping
from typing import Any

from provisioning.control_plane.desk import Desk
from provisioning.domain.actor import Actor
from provisioning.domain.approval import Approval, ApprovalId, ApprovalState
from provisioning.domain.audit import request_hash
from provisioning.domain.lockdown import FLEET
from provisioning.errors import Refused
from provisioning.registry import AuditEntry, Transaction


def new_approval(
    desk: Desk,
    actor: Actor,
    *,
    action: str,
    subject: str,
    tenant_id: str,
    shown: str,
    request: Mapping[str, Any],
    facts: Mapping[str, Any],
    origin: Mapping[str, Any] | None,
) -> Approval:
    """`subject` is what it is about, by which people answer it; `shown` the fingerprint of that as it is now."""
    now = desk.clock.now()
    return Approval(
        approval_id=ApprovalId(f"approval-{secrets.token_hex(8)}"),
        action=action,
        subdomain=subject,
        tenant_id=tenant_id,
        request=request,
        request_hash=request_hash({"action": action, "subdomain": subject, **request}),
        tenant_print=shown,
        state=ApprovalState.PENDING,
        requested_by=actor.label,
        requester=actor.identity,
        created_at=now,
        expires_at=now + desk.ports.policy.approval_expiry,
        facts=facts,
        origin=dict(origin or {}),
    )


async def ask(tx: Transaction, actor: Actor, asked: Approval) -> Approval:
    """Write the question down, or give the same one that is pending. Raises Refused when another one is."""
    if await tx.approvals.create(asked):
        await audit_approval(tx, actor, asked, "requested")
        return asked
    pending = await tx.approvals.find_latest(asked.subdomain)
    if pending is not None and pending.request_hash == asked.request_hash:
        return pending
    by = pending.requested_by if pending else "somebody"
    about = "all tenants" if asked.subdomain == FLEET else asked.subdomain
    raise Refused(
        f"{by} has asked about {about} already, in another way; decide about that first.",
        code="pending",
        field="subdomain",
    )


async def audit_approval(
    tx: Transaction, actor: Actor, approval: Approval, result: str, *, reason: str | None = None
) -> None:
    await tx.audit.append(
        actor,
        AuditEntry(
            action=f"{approval.action}.{result}",
            result="accepted",
            subdomain=approval.subdomain,
            run_id=approval.run_id,
            request_hash=approval.request_hash,
            reason=reason or approval.reason,
            details={"approval_id": approval.approval_id},
        ),
    )
