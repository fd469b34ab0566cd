"""All tenants in numbers, and what goes on."""

from typing import Final

from fastapi import APIRouter

from provisioning.api.answers import OverviewAnswer
from provisioning.api.knock import Caller, Door, Knock
from provisioning.documents import Document, run_document

router: Final = APIRouter(prefix="/admin/overview", tags=["overview"], route_class=Knock)


@router.get("", response_model=OverviewAnswer)
async def get_overview(actor: Caller, control: Door) -> Document:
    """Count tenants by state, list the open runs, and tell whether any worker executes them."""
    fleet = await control.views.fleet(actor)
    return {
        "tenants": {state.value: number for state, number in fleet.tenants.items()},
        "open_runs": [run_document(run, None, "") for run in fleet.open_runs],
        "worker_alive": fleet.worker_alive,
        "lockdown": fleet.lockdown and fleet.lockdown.sentence,
    }
