"""Questions that a second person answers."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Query

from provisioning.api.addresses import RUN_ID
from provisioning.api.answers import ApprovalAnswer, Page
from provisioning.api.knock import Caller, Door, Knock
from provisioning.api.verb_bodies import Rejected
from provisioning.documents import Document, approval_document

router: Final = APIRouter(prefix="/admin/approvals", tags=["approvals"], route_class=Knock)

Reference = Annotated[
    str,
    Path(
        pattern=RUN_ID,
        description="The question's id, or the subdomain that it is about: the latest one.",
        examples=["approval-0a1b2c3d4e5f6071"],
    ),
]


@router.get("", response_model=Page[ApprovalAnswer])
async def list_approvals(
    actor: Caller,
    control: Door,
    *,
    pending: Annotated[
        bool, Query(description="Only those that wait for an answer; else the latest 100.")
    ] = True,
) -> Document:
    """List questions, newest first."""
    found = await control.approvals.list(actor, pending=pending)
    return {"items": [approval_document(one) for one in found]}


@router.get("/{approval}", response_model=ApprovalAnswer)
async def get_approval(approval: Reference, actor: Caller, control: Door) -> Document:
    """Show one question, and its answer where there is one."""
    return approval_document(await control.approvals.find(actor, approval))


@router.post("/{approval}/approve", response_model=ApprovalAnswer)
async def approve(approval: Reference, actor: Caller, control: Door) -> Document:
    """Approve what somebody else asked for; its run starts."""
    return approval_document(await control.approvals.approve(actor, approval))


@router.post("/{approval}/reject", response_model=ApprovalAnswer)
async def reject(approval: Reference, body: Rejected, actor: Caller, control: Door) -> Document:
    """Say no, or take one's own question back."""
    return approval_document(await control.approvals.reject(actor, approval, reason=body.reason))
