"""The worst case: every tenant suspended at once, and exactly these brought back (guide 14.6)."""

from dataclasses import asdict
from typing import Final

from fastapi import APIRouter, Response

from provisioning.api.answers import ApprovalAnswer, LockdownAnswer, RunAnswer
from provisioning.api.knock import Caller, Door, Knock
from provisioning.api.render import ORIGIN, asked_answer, started_answer
from provisioning.api.responses import located
from provisioning.api.verb_bodies import Emergency, Rejected
from provisioning.control_plane.requests import Started
from provisioning.documents import Document

router: Final = APIRouter(prefix="/admin/lockdown", tags=["lockdown"], route_class=Knock)


@router.get("", response_model=LockdownAnswer)
async def get_lockdown(actor: Caller, control: Door) -> Document:
    """Tell whether a lockdown is in force."""
    found = await control.lockdowns.in_force(actor)
    return {"in_force": found and asdict(found)}


@router.post(
    "",
    status_code=202,
    response_model=ApprovalAnswer | RunAnswer,
    responses={
        202: located("A second person is asked, or it has begun; Location is the question or the run.")
    },
)
async def declare_lockdown(body: Emergency, actor: Caller, control: Door, response: Response) -> Document:
    """Ask for every active tenant to be suspended; an approver who confirms starts it alone."""
    asked = await control.lockdowns.request(actor, reason=body.reason, confirm=body.confirm, origin=ORIGIN)
    if isinstance(asked, Started):
        return await started_answer(control, actor, asked, response)
    return asked_answer(asked, response)


@router.post(
    "/lift",
    status_code=202,
    response_model=ApprovalAnswer,
    responses={202: located("A second person is asked; Location is the question.")},
)
async def lift_lockdown(body: Rejected, actor: Caller, control: Door, response: Response) -> Document:
    """Ask for exactly those tenants back that the lockdown suspended."""
    asked = await control.lockdowns.request_lift(actor, reason=body.reason, origin=ORIGIN)
    return asked_answer(asked, response)
