"""Runs: listed, looked at, and decided about."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response

from provisioning.api.addresses import TENANT_ID, After, Limit, RunReference
from provisioning.api.answers import Page, RollbackPlanAnswer, RunAnswer
from provisioning.api.knock import Caller, Door, Knock
from provisioning.api.render import next_cursor, started_answer
from provisioning.api.responses import located
from provisioning.control_plane.views import PAGE
from provisioning.documents import Document, run_document
from provisioning.domain.run import RunKind, RunState

router: Final = APIRouter(prefix="/admin/runs", tags=["runs"], route_class=Knock)

_DECIDED: Final[dict[int | str, dict[str, Any]]] = {202: located("It is decided; Location is the run.")}


@router.get("", response_model=Page[RunAnswer])
async def list_runs(
    actor: Caller,
    control: Door,
    after: After,
    state: Annotated[list[RunState] | None, Query()] = None,
    kind: Annotated[list[RunKind] | None, Query()] = None,
    subdomain: Annotated[str | None, Query(pattern=TENANT_ID)] = None,
    limit: Limit = PAGE,
) -> Document:
    """List runs, newest first."""
    runs = await control.views.runs(
        actor, states=state or (), kinds=kind or (), subdomain=subdomain, limit=limit, after=after
    )
    cursor = next_cursor([(one.created_at, one.run_id) for one in runs], limit)
    return {"items": [run_document(one, None, "") for one in runs], "next": cursor}


@router.get("/{run}", response_model=RunAnswer)
async def get_run(run: RunReference, actor: Caller, control: Door) -> Document:
    """Show one run with its steps."""
    found, tenant = await control.views.run(actor, run)
    return run_document(found, tenant, control.views.access_url(found.subdomain))


@router.get("/{run}/rollback", response_model=RollbackPlanAnswer)
async def plan_rollback(run: RunReference, actor: Caller, control: Door) -> Document:
    """Say what rolling back would undo, in that order. Refused where the roll back itself would be."""
    plan = await control.plans.rollback(actor, run)
    return {"run_id": plan.run.run_id, "undo": plan.undo, "monthly_cost": plan.monthly_cost}


@router.post("/{run}/retry", status_code=202, response_model=RunAnswer, responses=_DECIDED)
async def retry_run(run: RunReference, actor: Caller, control: Door, response: Response) -> Document:
    """Go on from the step that stopped the run."""
    return await started_answer(control, actor, await control.runs.retry(actor, run), response)


@router.post("/{run}/rollback", status_code=202, response_model=RunAnswer, responses=_DECIDED)
async def roll_back_run(run: RunReference, actor: Caller, control: Door, response: Response) -> Document:
    """Undo what a waiting run made, in reverse, and only that."""
    return await started_answer(control, actor, await control.runs.rollback(actor, run), response)


@router.post("/{run}/cancel", status_code=202, response_model=RunAnswer, responses=_DECIDED)
async def cancel_run(run: RunReference, actor: Caller, control: Door, response: Response) -> Document:
    """Stop a run before its next step."""
    return await started_answer(control, actor, await control.runs.cancel(actor, run), response)


@router.post("/{run}/undo", status_code=202, response_model=RunAnswer, responses=_DECIDED)
async def undo_deprovision(run: RunReference, actor: Caller, control: Door, response: Response) -> Document:
    """Bring a tenant back that is to end; Location is the run that activates it."""
    return await started_answer(control, actor, await control.runs.undo(actor, run), response)
